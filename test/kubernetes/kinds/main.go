// Decodes manifests of cert-manager and of the Prometheus operator from standard input into the types of these projects.
// A field that a type does not have, or a value of another type, is an error.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"
)

// New value of each kind, by apiVersion and kind.
var kinds = map[string]func() any{
	"cert-manager.io/v1 Certificate":          func() any { return &certmanager.Certificate{} },
	"cert-manager.io/v1 Issuer":               func() any { return &certmanager.Issuer{} },
	"monitoring.coreos.com/v1 PodMonitor":     func() any { return &monitoring.PodMonitor{} },
	"monitoring.coreos.com/v1 ServiceMonitor": func() any { return &monitoring.ServiceMonitor{} },
}

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	checked := 0
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(document, &head); err != nil {
			fail(err)
		}
		name := head.APIVersion + " " + head.Kind
		create, known := kinds[name]
		if !known {
			fail(fmt.Errorf("%s is not a known kind", name))
		}
		if err := yaml.UnmarshalStrict(document, create()); err != nil {
			fail(fmt.Errorf("%s: %w", name, err))
		}
		checked++
	}
	fmt.Println(checked)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
