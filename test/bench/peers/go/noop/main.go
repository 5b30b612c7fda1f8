// Command noop allows every request without looking at it: the least that a gRPC server in Go costs. With -headers and
// -metadata its answers have as many fields as those of a real server, to measure what Envoy does with them.
package main

import (
	"context"
	"flag"
	"fmt"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/protobuf/types/known/structpb"

	"lictor.example/bench/answer"
)

type server struct {
	authv3.UnimplementedAuthorizationServer
	headers  []*corev3.HeaderValueOption
	metadata *structpb.Struct
}

func (s *server) Check(context.Context, *authv3.CheckRequest) (*authv3.CheckResponse, error) {
	response := answer.Of(true)
	response.GetOkResponse().Headers = s.headers
	response.DynamicMetadata = s.metadata
	return response, nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:9001", "HOST:PORT or unix:PATH")
	headers := flag.Int("headers", 0, "request headers that each answer sets")
	metadata := flag.Int("metadata", 0, "fields of dynamic metadata of each answer")
	flag.Parse()
	s := &server{}
	for n := range *headers {
		header := &corev3.HeaderValue{Key: fmt.Sprintf("x-answer-%d", n), Value: "0b5c9c5e-6a1e-4c57-9b57-0f6b6fbd8d11"}
		s.headers = append(s.headers, &corev3.HeaderValueOption{Header: header})
	}
	if *metadata > 0 {
		s.metadata = &structpb.Struct{Fields: map[string]*structpb.Value{}}
	}
	for n := range *metadata {
		s.metadata.Fields[fmt.Sprintf("field_%d", n)] = structpb.NewStringValue("0b5c9c5e-6a1e-4c57-9b57-0f6b6fbd8d11")
	}
	answer.Serve(*listen, s)
}
