// Package answer is what the servers of the bench have in common: the two answers of ext_authz, and the listener.
package answer

import (
	"log"
	"net"
	"strings"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/genproto/googleapis/rpc/code"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
)

// Of a decision: OK without changes of the request, or 403.
func Of(allowed bool) *authv3.CheckResponse {
	if allowed {
		return &authv3.CheckResponse{
			Status:       &statuspb.Status{},
			HttpResponse: &authv3.CheckResponse_OkResponse{OkResponse: &authv3.OkHttpResponse{}},
		}
	}
	return &authv3.CheckResponse{
		Status: &statuspb.Status{Code: int32(code.Code_PERMISSION_DENIED)},
		HttpResponse: &authv3.CheckResponse_DeniedResponse{DeniedResponse: &authv3.DeniedHttpResponse{
			Status: &typev3.HttpStatus{Code: typev3.StatusCode_Forbidden},
			Body:   "denied",
		}},
	}
}

// Serve runs the server until the process ends. The address is HOST:PORT or unix:PATH.
func Serve(address string, server authv3.AuthorizationServer) {
	network := "tcp"
	if path, isPath := strings.CutPrefix(address, "unix:"); isPath {
		network, address = "unix", path
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		log.Fatal(err)
	}
	calls := grpc.NewServer()
	authv3.RegisterAuthorizationServer(calls, server)
	log.Fatal(calls.Serve(listener))
}
