package orders

claims := payload if {
	keys := http.send({"method": "GET", "url": "https://login.acme.example/keys", "cache": true})
	token := trim_prefix(input.headers.authorization, "Bearer ")
	[valid, _, payload] := io.jwt.decode_verify(token, {"cert": keys.raw_body, "iss": "https://login.acme.example", "aud": "orders"})
	valid
}
