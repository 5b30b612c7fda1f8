package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
)

// The public keys of a JWKS file by `kid` (RFC 7517).
func readKeys(path string) (map[string]any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	keys := map[string]any{}
	for _, fields := range set.Keys {
		key, err := publicKey(fields)
		if err != nil {
			return nil, err
		}
		keys[fields["kid"]] = key
	}
	return keys, nil
}

func publicKey(fields map[string]string) (any, error) {
	number := func(name string) *big.Int {
		bytes, _ := base64.RawURLEncoding.DecodeString(fields[name])
		return new(big.Int).SetBytes(bytes)
	}
	switch fields["kty"] {
	case "RSA":
		return &rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}, nil
	case "EC":
		return &ecdsa.PublicKey{Curve: elliptic.P256(), X: number("x"), Y: number("y")}, nil
	}
	return nil, fmt.Errorf("unknown type of key %q", fields["kty"])
}
