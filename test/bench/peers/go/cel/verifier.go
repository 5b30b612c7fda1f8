package main

import (
	"errors"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/golang-jwt/jwt/v5"
)

// Most tokens in the cache; it is emptied when it is full.
const maxTokens = 10_000

var errToken = errors.New("not a valid token")

type verifiedToken struct {
	claims  ref.Val
	expires int64
}

type verifier struct {
	keys   map[string]any
	parser *jwt.Parser
	cache  bool
	mutex  sync.RWMutex
	tokens map[string]verifiedToken
}

func newVerifier(keys map[string]any, cache bool) *verifier {
	return &verifier{
		keys:   keys,
		cache:  cache,
		tokens: map[string]verifiedToken{},
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{"RS256", "ES256"}),
			jwt.WithIssuer("https://issuer.example.com/"),
			jwt.WithAudience("orders-api"),
			jwt.WithExpirationRequired(),
		),
	}
}

// The claims of the token in an authorization header, as the CEL function `verify`.
func (v *verifier) verify(header ref.Val) ref.Val {
	text, isText := header.(types.String)
	token, isBearer := strings.CutPrefix(string(text), "Bearer ")
	if !isText || !isBearer {
		return types.WrapErr(errToken)
	}
	if known, found := v.known(token); found {
		return known
	}
	claims := jwt.MapClaims{}
	if _, err := v.parser.ParseWithClaims(token, claims, v.keyOf); err != nil {
		return types.WrapErr(errToken)
	}
	value := types.DefaultTypeAdapter.NativeToValue(map[string]any(claims))
	v.remember(token, claims, value)
	return value
}

func (v *verifier) known(token string) (ref.Val, bool) {
	if !v.cache {
		return nil, false
	}
	v.mutex.RLock()
	entry, found := v.tokens[token]
	v.mutex.RUnlock()
	return entry.claims, found && time.Now().Unix() < entry.expires
}

func (v *verifier) remember(token string, claims jwt.MapClaims, value ref.Val) {
	expires, err := claims.GetExpirationTime()
	if !v.cache || err != nil || expires == nil {
		return
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if len(v.tokens) >= maxTokens {
		clear(v.tokens)
	}
	// The token is a part of the message, which would be kept with it.
	v.tokens[strings.Clone(token)] = verifiedToken{value, expires.Unix()}
}

func (v *verifier) keyOf(token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	if key, found := v.keys[kid]; found {
		return key, nil
	}
	return nil, errToken
}
