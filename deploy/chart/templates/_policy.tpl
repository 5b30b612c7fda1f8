{{/* Options of every pod, as texts: those of the chart, with its image and ConfigMap where they name none. */}}
{{- define "lictor.options" -}}
{{- $options := dict "image" (include "lictor.image" .) "policies" (printf "configmap:%s" .Values.policies.configMap) -}}
{{- range $name, $text := .Values.injection.options }}{{ $_ := set $options $name (toString $text) }}{{ end -}}
{{ toJson $options }}
{{- end -}}

{{/* Version of the API of policies; a renderer without a cluster takes the one that is stable. */}}
{{- define "lictor.policyVersion" -}}
{{- $api := "admissionregistration.k8s.io" -}}
{{- $beta := .Capabilities.APIVersions.Has (printf "%s/v1beta1/MutatingAdmissionPolicy" $api) -}}
{{- $stable := .Capabilities.APIVersions.Has (printf "%s/v1/MutatingAdmissionPolicy" $api) -}}
{{ $api }}/{{ ternary "v1beta1" "v1" (and $beta (not $stable)) }}
{{- end -}}

{{/* What a pod is injected and checked for: its creation, unless a condition excludes it. Bindings select who asks. */}}
{{- define "lictor.match" -}}
matchConstraints:
  matchPolicy: Equivalent
  resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CREATE]
      resources: [pods]
      scope: Namespaced
{{ include "lictor.matchConditions" . }}
{{- end -}}

{{/* A regular expression of the whole text, as a literal of CEL. */}}
{{- define "lictor.pattern" -}}
{{ printf "^(?:%s)$" . | toJson }}
{{- end -}}

{{/*
Variables for the options of a pod: each is an annotation, an option of the chart, or a default. `redis` is the one
setting on which another option depends.
*/}}
{{- define "lictor.optionVariables" -}}
- name: annotations
  expression: 'has(object.metadata.annotations) ? object.metadata.annotations : {}'
{{- range .rows }}
{{- if or (eq .kind "pod") (hasPrefix "drain-" .name) (eq .name "redis") }}
- name: {{ include "lictor.variable" .name }}
  expression: {{ include "lictor.option" (dict "row" . "options" $.options) | squote }}
{{- end }}
{{- end }}
- name: hasSocket
  expression: variables.listen.startsWith("unix:")
- name: probePort
  expression: int(variables.probe.substring(variables.probe.lastIndexOf(":") + 1))
{{- end -}}

{{/* Name of the variable of an option: `git-ref` is `gitRef`. */}}
{{- define "lictor.variable" -}}
{{- $parts := splitList "-" . -}}
{{ first $parts }}{{ range rest $parts }}{{ title . }}{{ end }}
{{- end -}}
