package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Microseconds of a tick of /proc, the same on all of today's Linux systems.
const tick = 10_000

// WatchList is the flag -watch: process ids by name.
type watchList map[string]int

func (w *watchList) String() string { return "" }

func (w *watchList) Set(text string) error {
	name, id, _ := strings.Cut(text, "=")
	pid, err := strconv.Atoi(id)
	if err != nil {
		return fmt.Errorf("%q is not NAME=PID", text)
	}
	if *w == nil {
		*w = watchList{}
	}
	(*w)[name] = pid
	return nil
}

// The ids of each process and of all its descendants.
func (w watchList) trees() map[string][]int {
	children := map[int][]int{}
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		pid, err := strconv.Atoi(strings.Split(path, "/")[2])
		fields := statOf(pid)
		if err != nil || len(fields) < 2 {
			continue
		}
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
	}
	trees := map[string][]int{}
	for name, pid := range w {
		tree := []int{pid}
		for n := 0; n < len(tree); n++ {
			tree = append(tree, children[tree[n]]...)
		}
		trees[name] = tree
	}
	return trees
}

// Microseconds that each process and its descendants have taken. A descendant that has ended counts in its parent.
func (w watchList) times() map[string]float64 {
	times := map[string]float64{}
	for name, tree := range w.trees() {
		times[name] = processorTime(tree)
	}
	return times
}

// Microseconds of processor time, of user and system, that processes and their ended children have taken.
func processorTime(pids []int) (microseconds float64) {
	for _, pid := range pids {
		fields := statOf(pid)
		if len(fields) < 15 {
			continue
		}
		for _, field := range fields[11:15] {
			ticks, _ := strconv.ParseFloat(field, 64)
			microseconds += ticks * tick
		}
	}
	return microseconds
}

// Resident memory in MiB.
func memoryOf(trees map[string][]int) map[string]float64 {
	memory := map[string]float64{}
	for name, tree := range trees {
		for _, pid := range tree {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, rest, _ := strings.Cut(string(text), "VmRSS:")
			fields := strings.Fields(rest)
			if len(fields) == 0 {
				continue
			}
			kibibytes, _ := strconv.ParseFloat(fields[0], 64)
			memory[name] += kibibytes / 1024
		}
	}
	return memory
}

// Fields of proc(5) from the third, the state, on; none after the end of the process.
func statOf(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}
