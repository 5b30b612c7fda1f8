package main

import "math/bits"

// Values of a power of two that are told apart: a bucket is at most 1/64 of its values wide.
const perPower = 64

// Histogram counts nanoseconds.
type histogram struct {
	counts [64 * perPower]uint64
}

func (h *histogram) add(nanoseconds int64) {
	value := uint64(max(nanoseconds, 0))
	if value < perPower {
		h.counts[value]++
		return
	}
	shift := bits.Len64(value) - 7
	h.counts[(shift+1)*perPower+int(value>>shift)-perPower]++
}

func (h *histogram) addAll(other *histogram) {
	for n, count := range other.counts {
		h.counts[n] += count
	}
}

// The nanoseconds below which a share of the values is, as the middle of a bucket.
func (h *histogram) quantile(share float64) float64 {
	var total, seen uint64
	for _, count := range h.counts {
		total += count
	}
	wanted := uint64(share * float64(total))
	for n, count := range h.counts {
		if seen += count; seen > wanted {
			if n < perPower {
				return float64(n)
			}
			shift := n/perPower - 1
			return (float64(n%perPower+perPower) + 0.5) * float64(uint64(1)<<shift)
		}
	}
	return 0
}
