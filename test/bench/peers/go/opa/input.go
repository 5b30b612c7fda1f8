package main

import (
	"net/url"
	"strings"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
	"google.golang.org/protobuf/encoding/protojson"
)

// The input document: the request in its JSON form, and the fields that policies for Envoy expect beside it.
func inputOf(request *authv3.CheckRequest) (ast.Value, error) {
	text, err := protojson.Marshal(request)
	if err != nil {
		return nil, err
	}
	var input map[string]any
	if err := util.UnmarshalJSON(text, &input); err != nil {
		return nil, err
	}
	path, query, err := splitPath(request.GetAttributes().GetRequest().GetHttp().GetPath())
	if err != nil {
		return nil, err
	}
	input["parsed_path"] = path
	input["parsed_query"] = query
	input["truncated_body"] = false
	input["version"] = map[string]any{"encoding": "protojson", "ext_authz": "v3"}
	return ast.InterfaceToValue(input)
}

// The decoded segments of the path, and the values of each parameter.
func splitPath(path string) (segments []any, parameters map[string]any, err error) {
	target, err := url.Parse(path)
	if err != nil {
		return nil, nil, err
	}
	for segment := range strings.SplitSeq(strings.Trim(target.Path, "/"), "/") {
		segments = append(segments, segment)
	}
	parameters = map[string]any{}
	for name, values := range target.Query() {
		list := make([]any, len(values))
		for n, value := range values {
			list[n] = value
		}
		parameters[name] = list
	}
	return segments, parameters, nil
}
