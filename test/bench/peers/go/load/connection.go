package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/net/http2/hpack"
)

// What is counted while measuring is set, until stopped is.
var measuring, stopped atomic.Bool

// Bytes that the server may send before an update of the window, per connection.
const receiveWindow = 4 << 20

// Most requests in flight per connection with -rate.
const mostInFlight = 2000

type connection struct {
	kind   *requestKind
	socket net.Conn

	// Guards everything below, which the loop that reads and the pace of -rate share.
	mutex    sync.Mutex
	reader   *bufio.Reader
	writer   *bufio.Writer
	decoder  *hpack.Decoder
	encoder  *hpack.Encoder
	encoded  bytes.Buffer
	encoding int
	block    []byte

	calls      map[uint32]*call
	free       []*call
	nextStream uint32
	sent       int
	most       int
	sendWindow int64
	received   int
	waiting    []int64
	tally      tally
}

type tally struct {
	allowed, denied, failed uint64
	failures                map[string]uint64
	latency                 histogram
}

// Opens all connections. Each begins to ask when the settings of the server have arrived.
func connect(kind *requestKind) ([]*connection, error) {
	secured, err := tlsConfiguration()
	if err != nil {
		return nil, err
	}
	var all []*connection
	for range *connections {
		socket, err := dial(secured)
		if err != nil {
			return nil, err
		}
		c := newConnection(kind, socket)
		all = append(all, c)
		go func() {
			if err := c.read(); err != nil && !stopped.Load() {
				c.lost(err)
			}
		}()
	}
	return all, nil
}

func newConnection(kind *requestKind, socket net.Conn) *connection {
	c := &connection{
		kind:       kind,
		socket:     socket,
		reader:     bufio.NewReaderSize(socket, 1<<16),
		writer:     bufio.NewWriterSize(socket, 1<<16),
		calls:      map[uint32]*call{},
		nextStream: 1,
		sendWindow: 65_535,
		most:       *streams,
		tally:      tally{failures: map[string]uint64{}},
	}
	if *rate > 0 {
		c.most = mostInFlight
	}
	c.encoder = hpack.NewEncoder(&c.encoded)
	c.decoder = hpack.NewDecoder(4096, nil)
	c.writePreface()
	return c
}

func dial(secured *tls.Config) (net.Conn, error) {
	network, target := "tcp", *address
	if path, isPath := strings.CutPrefix(target, "unix:"); isPath {
		network, target = "unix", path
	}
	socket, err := net.Dial(network, target)
	if err != nil || secured == nil {
		return socket, err
	}
	client := tls.Client(socket, secured)
	return client, client.Handshake()
}

func tlsConfiguration() (*tls.Config, error) {
	if *ca == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(*ca)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(authority) {
		return nil, errors.New("-ca has no certificate")
	}
	return &tls.Config{
		Certificates: []tls.Certificate{pair},
		RootCAs:      trusted,
		ServerName:   "localhost",
		NextProtos:   []string{"h2"},
	}, nil
}

// Everything that was in flight on a connection that ended has failed.
func (c *connection) lost(err error) {
	fmt.Fprintln(os.Stderr, "load:", err)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.tally.failed += uint64(max(len(c.calls), 1))
	c.tally.failures[err.Error()]++
}

func (c *connection) addTo(total *tally) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	total.allowed += c.tally.allowed
	total.denied += c.tally.denied
	total.failed += c.tally.failed
	total.latency.addAll(&c.tally.latency)
	for text, count := range c.tally.failures {
		total.failures[text] += count
	}
}
