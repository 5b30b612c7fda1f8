package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"golang.org/x/net/http2/hpack"
)

// Types and flags of frames, RFC 9113.
const (
	frameData         = 0
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	framePing         = 6
	frameGoAway       = 7
	frameWindowUpdate = 8
	frameContinuation = 9

	flagEndStream  = 1
	flagAck        = 1
	flagEndHeaders = 4
	flagPadded     = 8
	flagPriority   = 32

	settingTableSize  = 1
	settingMaxStreams = 3
)

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// No push, and a large window of each stream and of the connection.
func (c *connection) writePreface() {
	io.WriteString(c.writer, preface)
	c.writeFrame(frameSettings, 0, 0, []byte{0, 4, 0, 16, 0, 0, 0, 2, 0, 0, 0, 0})
	c.writeFrame(frameWindowUpdate, 0, 0, binary.BigEndian.AppendUint32(nil, receiveWindow))
	c.writer.Flush()
}

func (c *connection) writeFrame(kind, flags byte, stream uint32, payload []byte) {
	head := [9]byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	binary.BigEndian.PutUint32(head[5:], stream)
	c.writer.Write(head[:])
	c.writer.Write(payload)
}

// Reads until the connection ends. What follows from one read is written at once, before the next.
func (c *connection) read() error {
	var head [9]byte
	var block []byte
	var isLast bool
	buffer := make([]byte, 1<<24)
	for {
		if c.reader.Buffered() < len(head) {
			if err := c.flush(); err != nil {
				return err
			}
		}
		if _, err := io.ReadFull(c.reader, head[:]); err != nil {
			return err
		}
		length := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])&0x7fffffff
		payload := buffer[:length]
		if _, err := io.ReadFull(c.reader, payload); err != nil {
			return err
		}
		if kind == frameHeaders {
			payload = withoutPadding(payload, flags)
			if flags&flagPriority != 0 {
				payload = payload[5:]
			}
			block, isLast = block[:0], flags&flagEndStream != 0
		}
		if kind == frameHeaders || kind == frameContinuation {
			block = append(block, payload...)
			if flags&flagEndHeaders == 0 {
				continue
			}
			payload = block
		}
		if err := c.receive(kind, flags, stream, payload, isLast); err != nil {
			return err
		}
	}
}

func (c *connection) flush() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.writer.Flush()
}

func (c *connection) receive(kind, flags byte, stream uint32, payload []byte, isLast bool) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch kind {
	case frameData:
		c.receiveData(flags, stream, payload)
	case frameHeaders, frameContinuation:
		return c.receiveHeaders(stream, payload, isLast)
	case frameReset:
		c.finish(stream, fmt.Sprintf("reset with error %d", binary.BigEndian.Uint32(payload)))
	case frameSettings:
		if flags&flagAck == 0 {
			c.receiveSettings(payload)
		}
	case framePing:
		if flags&flagAck == 0 {
			c.writeFrame(framePing, flagAck, 0, payload)
		}
	case frameGoAway:
		return fmt.Errorf("the server sent GOAWAY with error %d", binary.BigEndian.Uint32(payload[4:]))
	case frameWindowUpdate:
		// A stream sends one body, which is smaller than its first window.
		if stream == 0 {
			c.sendWindow += int64(binary.BigEndian.Uint32(payload))
			c.sendWaiting()
		}
	}
	return nil
}

func (c *connection) receiveData(flags byte, stream uint32, payload []byte) {
	if c.received += len(payload); c.received > receiveWindow/8 {
		c.writeFrame(frameWindowUpdate, 0, 0, binary.BigEndian.AppendUint32(nil, uint32(c.received)))
		c.received = 0
	}
	if call := c.calls[stream]; call != nil {
		call.body = append(call.body, withoutPadding(payload, flags)...)
	}
	if flags&flagEndStream != 0 {
		c.finish(stream, "")
	}
}

func (c *connection) receiveHeaders(stream uint32, block []byte, isLast bool) error {
	call := c.calls[stream]
	c.decoder.SetEmitFunc(func(field hpack.HeaderField) {
		if call != nil {
			call.receiveField(field)
		}
	})
	if _, err := c.decoder.Write(block); err != nil {
		return err
	}
	if err := c.decoder.Close(); err != nil {
		return err
	}
	if isLast {
		c.finish(stream, "")
	}
	return nil
}

func (c *connection) receiveSettings(payload []byte) {
	for ; len(payload) >= 6; payload = payload[6:] {
		value := binary.BigEndian.Uint32(payload[2:])
		switch binary.BigEndian.Uint16(payload) {
		case settingTableSize:
			c.encoder.SetMaxDynamicTableSizeLimit(value)
		case settingMaxStreams:
			c.most = min(c.most, int(value))
		}
	}
	c.writeFrame(frameSettings, flagAck, 0, nil)
	if c.nextStream > 1 {
		return
	}
	if *rate > 0 {
		go c.pace()
		return
	}
	for range *streams {
		c.send(time.Now().UnixNano())
	}
}

func withoutPadding(payload []byte, flags byte) []byte {
	if flags&flagPadded == 0 {
		return payload
	}
	return payload[1 : len(payload)-int(payload[0])]
}
