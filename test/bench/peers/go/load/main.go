// Command load asks a server for a fixed time and prints what it cost as one line of JSON. It speaks HTTP/2 itself, so
// that it needs little of its own core: gRPC checks with messages from files, or requests through Envoy.
//
// The processor time of the watched processes, their children included, is the kernel's, from /proc.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"
	"runtime/debug"
	"time"
)

var (
	address     = flag.String("address", "127.0.0.1:9191", "HOST:PORT or unix:PATH")
	connections = flag.Int("connections", 4, "connections")
	streams     = flag.Int("streams", 16, "requests in flight per connection, without -rate")
	duration    = flag.Duration("duration", 3*time.Second, "measured time")
	warmUp      = flag.Duration("warm-up", time.Second, "time before it")
	rate        = flag.Float64("rate", 0, "requests per second over all connections; latency then counts from the planned time of a request")
	requests    = flag.String("requests", "", "files with a CheckRequest each, comma-separated")
	header      = flag.String("authorization", "", "file with the authorization header of plain requests, in place of -requests")
	body        = flag.Int("body", 0, "bytes of JSON that each plain request posts")
	ca          = flag.String("ca", "", "PEM of the authority of the server; TLS if not empty")
	certificate = flag.String("certificate", "", "PEM of the own certificate")
	key         = flag.String("key", "", "PEM of its key")
	watched     watchList
)

// Line is the output. Times are in microseconds, memory in MiB.
type line struct {
	Rate      float64            `json:"rate"`
	P50       float64            `json:"p50"`
	P99       float64            `json:"p99"`
	P999      float64            `json:"p999"`
	Allowed   uint64             `json:"allowed"`
	Denied    uint64             `json:"denied"`
	Failed    uint64             `json:"failed"`
	Failures  map[string]uint64  `json:"failures"`
	CPU       map[string]float64 `json:"cpu"`
	Busy      map[string]float64 `json:"busy"`
	Memory    map[string]float64 `json:"memory"`
	Generator float64            `json:"generator"`
}

func main() {
	flag.Var(&watched, "watch", "NAME=PID of a process whose time and memory are reported; repeatable")
	flag.Parse()
	// The garbage of this process would be paid by its own core only, but it delays requests.
	debug.SetGCPercent(400)
	kind, err := chosenRequests()
	if err != nil {
		log.Fatal(err)
	}
	all, err := connect(kind)
	if err != nil {
		log.Fatal(err)
	}
	time.Sleep(*warmUp)
	measured := measure(all)
	if err := json.NewEncoder(os.Stdout).Encode(measured); err != nil {
		log.Fatal(err)
	}
}

func measure(all []*connection) line {
	self := []int{os.Getpid()}
	began := time.Now()
	before, own := watched.times(), processorTime(self)
	measuring.Store(true)
	time.Sleep(*duration)
	measuring.Store(false)
	elapsed := float64(time.Since(began).Microseconds())
	after, ownAfter := watched.times(), processorTime(self)
	memory := memoryOf(watched.trees())
	stopped.Store(true)

	total := tally{failures: map[string]uint64{}}
	for _, c := range all {
		c.addTo(&total)
	}
	count := total.allowed + total.denied + total.failed
	result := line{
		Rate:    float64(count) / elapsed * 1e6,
		P50:     total.latency.quantile(0.5) / 1000,
		P99:     total.latency.quantile(0.99) / 1000,
		P999:    total.latency.quantile(0.999) / 1000,
		Allowed: total.allowed, Denied: total.denied, Failed: total.failed,
		Failures:  total.failures,
		CPU:       map[string]float64{},
		Busy:      map[string]float64{},
		Memory:    memory,
		Generator: (ownAfter - own) / elapsed,
	}
	for name := range watched {
		spent := after[name] - before[name]
		result.CPU[name] = spent / float64(max(count, 1))
		result.Busy[name] = spent / elapsed
	}
	return result
}
