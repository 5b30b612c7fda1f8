// Command cel is an ext_authz server as a team could write it: cel-go for the rule, golang-jwt for tokens, and a cache
// of verified tokens.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"path/filepath"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"

	"lictor.example/bench/answer"
)

type server struct {
	authv3.UnimplementedAuthorizationServer
	rule cel.Program
}

func (s *server) Check(_ context.Context, request *authv3.CheckRequest) (*authv3.CheckResponse, error) {
	value, _, err := s.rule.Eval(map[string]any{"attributes": request.GetAttributes()})
	return answer.Of(err == nil && value == types.True), nil
}

// The program of an expression, which reads `attributes` and calls `verify`.
func compile(expression string, tokens *verifier) (cel.Program, error) {
	claims := cel.MapType(cel.StringType, cel.DynType)
	verify := cel.Overload("verify_string", []*cel.Type{cel.StringType}, claims, cel.UnaryBinding(tokens.verify))
	env, err := cel.NewEnv(
		ext.Strings(),
		cel.Types(&authv3.AttributeContext{}),
		cel.Variable("attributes", cel.ObjectType("envoy.service.auth.v3.AttributeContext")),
		cel.Function("verify", verify),
	)
	if err != nil {
		return nil, err
	}
	tree, issues := env.Compile(expression)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	return env.Program(tree, cel.EvalOptions(cel.OptOptimize))
}

func main() {
	listen := flag.String("listen", "127.0.0.1:9003", "HOST:PORT or unix:PATH")
	data := flag.String("data", ".", "folder of policy.cel and jwks.json")
	cache := flag.Bool("cache", false, "cache verified tokens")
	flag.Parse()
	expression, err := os.ReadFile(filepath.Join(*data, "policy.cel"))
	if err != nil {
		log.Fatal(err)
	}
	keys, err := readKeys(filepath.Join(*data, "jwks.json"))
	if err != nil {
		log.Fatal(err)
	}
	rule, err := compile(string(expression), newVerifier(keys, *cache))
	if err != nil {
		log.Fatal(err)
	}
	answer.Serve(*listen, &server{rule: rule})
}
