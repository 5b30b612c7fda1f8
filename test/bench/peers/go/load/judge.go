package main

import (
	"encoding/binary"
	"fmt"
	"strings"
)

func judgeStatus(c *call) (verdict, string) {
	switch {
	case strings.HasPrefix(c.status, "2"):
		return allowed, ""
	case c.status == "401" || c.status == "403":
		return denied, ""
	}
	return failed, "status " + c.status
}

func judgeCheck(c *call) (verdict, string) {
	if c.status != "200" || c.grpcStatus != "0" {
		return failed, fmt.Sprintf("status %s, grpc-status %s", c.status, c.grpcStatus)
	}
	code, isWhole := checkCode(c.body)
	switch {
	case !isWhole:
		return failed, "not a CheckResponse"
	case code == 0:
		return allowed, ""
	}
	return denied, ""
}

// The field `status.code` of a CheckResponse with the prefix of gRPC: 0 allows.
func checkCode(body []byte) (code uint64, isWhole bool) {
	if len(body) < 5 {
		return 0, false
	}
	for body = body[5:]; len(body) > 0; {
		tag, size := binary.Uvarint(body)
		if size <= 0 || tag&7 != 2 {
			return 0, false
		}
		body = body[size:]
		length, size := binary.Uvarint(body)
		if size <= 0 || uint64(len(body)-size) < length {
			return 0, false
		}
		value := body[size : size+int(length)]
		body = body[size+int(length):]
		// `code` is the first field of `status`, and left out if it is 0.
		if tag>>3 == 1 && len(value) > 1 && value[0] == 8 {
			code, _ = binary.Uvarint(value[1:])
		}
	}
	return code, true
}
