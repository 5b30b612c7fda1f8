// Command opa is an ext_authz server with the engine of OPA, embedded by its Go SDK. OPA's own Envoy plugin is not on
// the Go module proxy; like it, this server makes the input document from the JSON form of the request, and evaluates
// a prepared query in a read transaction. It writes no decision logs and keeps no metrics.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"path/filepath"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown/cache"

	"lictor.example/bench/answer"
)

// The configuration that turns on the cache of verified tokens, which is off by default.
const withTokenCache = `{"inter_query_builtin_value_cache": {"named": {"io_jwt": {"max_num_entries": 10000}}}}`

type server struct {
	authv3.UnimplementedAuthorizationServer
	query  rego.PreparedEvalQuery
	store  storage.Store
	cache  cache.InterQueryCache
	values cache.InterQueryValueCache
}

func (s *server) Check(ctx context.Context, request *authv3.CheckRequest) (*authv3.CheckResponse, error) {
	input, err := inputOf(request)
	if err != nil {
		return answer.Of(false), nil
	}
	transaction, err := s.store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer s.store.Abort(ctx, transaction)
	results, err := s.query.Eval(ctx,
		rego.EvalParsedInput(input),
		rego.EvalTransaction(transaction),
		rego.EvalInterQueryBuiltinCache(s.cache),
		rego.EvalInterQueryBuiltinValueCache(s.values),
	)
	return answer.Of(err == nil && results.Allowed()), nil
}

func newServer(ctx context.Context, policy string, cacheConfiguration []byte) (*server, error) {
	config, err := cache.ParseCachingConfig(cacheConfiguration)
	if err != nil {
		return nil, err
	}
	store := inmem.New()
	query, err := rego.New(
		rego.Query("data.envoy.authz.allow"),
		rego.Module("policy.rego", policy),
		rego.Store(store),
	).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	return &server{
		query:  query,
		store:  store,
		cache:  cache.NewInterQueryCache(config),
		values: cache.NewInterQueryValueCache(ctx, config),
	}, nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:9004", "HOST:PORT or unix:PATH")
	data := flag.String("data", ".", "folder of policy.rego")
	tokens := flag.Bool("cache", false, "cache verified tokens")
	flag.Parse()
	policy, err := os.ReadFile(filepath.Join(*data, "policy.rego"))
	if err != nil {
		log.Fatal(err)
	}
	var configuration []byte
	if *tokens {
		configuration = []byte(withTokenCache)
	}
	s, err := newServer(context.Background(), string(policy), configuration)
	if err != nil {
		log.Fatal(err)
	}
	answer.Serve(*listen, s)
}
