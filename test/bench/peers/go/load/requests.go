package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// What is sent, and how an answer is read.
type requestKind struct {
	fields []hpack.HeaderField
	// Sent in turn; none: requests without a body.
	bodies [][]byte
	// The verdict of a complete answer, and a word about one that is neither.
	judge func(*call) (verdict, string)
}

type verdict int

const (
	allowed verdict = iota
	denied
	failed
)

func chosenRequests() (*requestKind, error) {
	if *header != "" {
		return plainRequests()
	}
	return checks()
}

// Checks as Envoy sends them.
func checks() (*requestKind, error) {
	kind := &requestKind{judge: judgeCheck, fields: []hpack.HeaderField{
		{Name: ":method", Value: "POST"},
		{Name: ":scheme", Value: "http"},
		{Name: ":path", Value: "/envoy.service.auth.v3.Authorization/Check"},
		{Name: ":authority", Value: "lictor"},
		{Name: "te", Value: "trailers"},
		{Name: "grpc-timeout", Value: "5000m"},
		{Name: "content-type", Value: "application/grpc"},
		{Name: "x-envoy-internal", Value: "true"},
		{Name: "x-forwarded-for", Value: "10.0.0.5"},
	}}
	for path := range strings.SplitSeq(*requests, ",") {
		message, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		framed := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
		kind.bodies = append(kind.bodies, append(framed, message...))
	}
	return kind, nil
}

// Requests of a browser.
func plainRequests() (*requestKind, error) {
	authorization, err := os.ReadFile(*header)
	if err != nil {
		return nil, err
	}
	scheme, method := "http", "GET"
	if *ca != "" {
		scheme = "https"
	}
	if *body > 0 {
		method = "POST"
	}
	kind := &requestKind{judge: judgeStatus, fields: []hpack.HeaderField{
		{Name: ":method", Value: method},
		{Name: ":scheme", Value: scheme},
		{Name: ":authority", Value: "orders.example.com"},
		{Name: ":path", Value: "/api/orders/42?x=1"},
		{Name: "accept", Value: "application/json, text/plain, */*"},
		{Name: "accept-encoding", Value: "gzip, deflate, br"},
		{Name: "accept-language", Value: "en-US,en;q=0.9"},
		{Name: "cookie", Value: "sid=8c7d5c7e0a6a4c0b9a1f; theme=dark; _ga=GA1.2.1234567890.1700000000"},
		{Name: "origin", Value: "https://shop.example.com"},
		{Name: "referer", Value: "https://shop.example.com/orders"},
		{Name: "user-agent", Value: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"},
		{Name: "traceparent", Value: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
		{Name: "authorization", Value: strings.TrimSpace(string(authorization))},
	}}
	if *body > 0 {
		text := fmt.Sprintf(`{"order":"%s"}`, strings.Repeat("x", max(*body-12, 0)))
		length := hpack.HeaderField{Name: "content-length", Value: fmt.Sprint(len(text))}
		kind.fields = append(kind.fields, hpack.HeaderField{Name: "content-type", Value: "application/json"}, length)
		kind.bodies = [][]byte{[]byte(text)}
	}
	return kind, nil
}
