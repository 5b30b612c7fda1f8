{{/*
An expression of CEL for a value of YAML. A text that starts with `=` is an expression already. Values of a map or list
have one type in the CEL of Kubernetes, so each is made dynamic.
*/}}
{{- define "lictor.cel" -}}
{{- if kindIs "map" . -}}
{ {{- range $index, $key := keys . | sortAlpha }}{{ if $index }}, {{ end }}{{ toJson $key }}: dyn({{ include "lictor.cel" (get $ $key) }}){{ end -}} }
{{- else if kindIs "slice" . -}}
[{{ range $index, $value := . }}{{ if $index }}, {{ end }}dyn({{ include "lictor.cel" $value }}){{ end }}]
{{- else if kindIs "string" . -}}
{{- if hasPrefix "=" . }}{{ trimPrefix "=" . }}{{ else }}{{ toJson . }}{{ end -}}
{{- else if kindIs "bool" . -}}
{{ . }}
{{- else -}}
{{ int64 . }}
{{- end -}}
{{- end -}}

{{/* Expression for an option of a pod: its annotation, else the option of the chart, else its default. */}}
{{- define "lictor.option" -}}
{{- $key := printf "lictor.dev/%s" .row.name | quote -}}
({{ $key }} in variables.annotations ? variables.annotations[{{ $key }}] : {{ get .options .row.name | default .row.default | default "" | toJson }})
{{- end -}}

{{/*
Expression for the arguments of the settings of `serve` among the options, in the order of files/options.yaml. `$(NAME)`
would be a variable of the container for Kubernetes, and `$$(` is `$(`.
*/}}
{{- define "lictor.settings" -}}
{{- $terms := list -}}
{{- range .rows -}}
{{- $text := include "lictor.option" (dict "row" (omit . "default") "options" $.options) -}}
{{- $flag := printf "--%s" .name -}}
{{- if eq .kind "flag" -}}
{{- $terms = append $terms (printf `(%s == "true" ? [%q] : [])` $text $flag) -}}
{{- else if eq .kind "list" -}}
{{- $part := printf `%q + part.trim().replace("$(", "$$(")` (printf "%s=" $flag) -}}
{{- $terms = append $terms (printf `%s.split(",").filter(part, part != "").map(part, %s)` $text $part) -}}
{{- else if eq .kind "text" -}}
{{- $terms = append $terms (printf `[%s].filter(text, text != "").map(text, %q + text.replace("$(", "$$("))` $text (printf "%s=" $flag)) -}}
{{- end -}}
{{- end -}}
{{ join "\n+ " $terms }}
{{- end -}}
