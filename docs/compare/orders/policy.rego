package orders

default allow := false

allow if {
	input.host == "orders.acme.svc"
	input.method == "GET"
	glob.match("/api/orders{,/**}", ["/"], input.path)
	startswith(input.principal, "spiffe://acme.example/ns/shop/sa/")
}

allow if {
	input.host == "orders.acme.svc"
	input.method == "POST"
	input.path == "/api/orders"
	input.principal == "spiffe://acme.example/ns/shop/sa/checkout"
	"orders:write" in split(claims.scope, " ")
}
