package main

import (
	"time"

	"golang.org/x/net/http2/hpack"
)

// One request in flight.
type call struct {
	// Nanoseconds since 1970: when it was sent, or should have been.
	began      int64
	status     string
	grpcStatus string
	body       []byte
}

func (c *call) receiveField(field hpack.HeaderField) {
	switch field.Name {
	case ":status":
		c.status = field.Value
	case "grpc-status":
		c.grpcStatus = field.Value
	}
}

// Sends a request, or puts it in line if the server lets none be sent at the moment.
func (c *connection) send(planned int64) {
	c.waiting = append(c.waiting, planned)
	c.sendWaiting()
}

func (c *connection) sendWaiting() {
	for len(c.waiting) > 0 && len(c.calls) < c.most {
		body := c.nextBody()
		if int64(len(body)) > c.sendWindow {
			return
		}
		c.sendNow(c.waiting[0], body)
		if c.waiting = c.waiting[1:]; len(c.waiting) == 0 {
			c.waiting = nil
		}
	}
}

func (c *connection) nextBody() []byte {
	if len(c.kind.bodies) == 0 {
		return nil
	}
	return c.kind.bodies[c.sent%len(c.kind.bodies)]
}

func (c *connection) sendNow(planned int64, body []byte) {
	stream := c.nextStream
	c.nextStream += 2
	c.sent++
	c.calls[stream] = c.newCall(planned)
	flags := byte(flagEndHeaders)
	if body == nil {
		flags |= flagEndStream
	}
	c.writeFrame(frameHeaders, flags, stream, c.headerBlock())
	if body != nil {
		c.sendWindow -= int64(len(body))
		c.writeFrame(frameData, flagEndStream, stream, body)
	}
}

func (c *connection) newCall(planned int64) *call {
	if last := len(c.free) - 1; last >= 0 {
		reused := c.free[last]
		c.free = c.free[:last]
		*reused = call{began: planned, body: reused.body[:0]}
		return reused
	}
	return &call{began: planned}
}

// The first block fills the table of the server. The second consists of references, and serves for all others.
func (c *connection) headerBlock() []byte {
	if c.encoding < 2 {
		c.encoding++
		c.encoded.Reset()
		for _, field := range c.kind.fields {
			c.encoder.WriteField(field)
		}
		c.block = append(c.block[:0], c.encoded.Bytes()...)
	}
	return c.block
}

// Counts a call that has ended, and sends the next one. `failure`: why it ended without an answer.
func (c *connection) finish(stream uint32, failure string) {
	call := c.calls[stream]
	if call == nil {
		return
	}
	delete(c.calls, stream)
	now := time.Now().UnixNano()
	if measuring.Load() {
		result, word := failed, failure
		if failure == "" {
			result, word = c.kind.judge(call)
		}
		c.tally.count(result, word, now-call.began)
	}
	c.free = append(c.free, call)
	if *rate == 0 && !stopped.Load() {
		c.send(now)
		return
	}
	c.sendWaiting()
}

func (t *tally) count(result verdict, failure string, nanoseconds int64) {
	switch result {
	case allowed:
		t.allowed++
	case denied:
		t.denied++
	case failed:
		t.failed++
		t.failures[failure]++
	}
	t.latency.add(nanoseconds)
}

// Sends by the clock, whether or not answers arrive. A request that is sent late counts from its planned time.
func (c *connection) pace() {
	interval := float64(time.Second) * float64(*connections) / *rate
	began := time.Now().UnixNano()
	planned := func(n int64) int64 { return began + int64(float64(n+1)*interval) }
	for sent := int64(0); !stopped.Load(); {
		c.mutex.Lock()
		for ; planned(sent) <= time.Now().UnixNano(); sent++ {
			c.send(planned(sent))
		}
		c.writer.Flush()
		c.mutex.Unlock()
		time.Sleep(time.Duration(max(planned(sent)-time.Now().UnixNano(), 20_000)))
	}
}
