// Parses an OpenMetrics text on standard input as Prometheus does. Prints how many samples and exemplars it has.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/textparse"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = parse(text)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func parse(text []byte) error {
	parser, err := textparse.New(text, "application/openmetrics-text; version=1.0.0", nil, textparse.ParserOptions{})
	if err != nil {
		return err
	}
	samples, exemplars := 0, 0
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			fmt.Printf("samples %d, exemplars %d\n", samples, exemplars)
			return nil
		}
		if err != nil {
			return err
		}
		if entry != textparse.EntrySeries {
			continue
		}
		samples++
		if parser.Exemplar(&exemplar.Exemplar{}) {
			exemplars++
		}
	}
}
