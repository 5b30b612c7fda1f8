{{/* Names of the objects. All are of one release, whose name is part of theirs. */}}
{{- define "lictor.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "lictor.webhook" -}}
{{ include "lictor.fullname" . }}-webhook
{{- end -}}

{{- define "lictor.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "lictor.labels" -}}
{{ include "lictor.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A digest alone decides which image runs; a tag beside it is for people. */}}
{{- define "lictor.image" -}}
{{- $image := .Values.image -}}
{{- $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{- define "lictor.certificateSecret" -}}
{{- $certificate := .Values.webhook.certificate -}}
{{- if eq $certificate.source "secret" -}}
{{ required "webhook.certificate.secretName is needed with source: secret" $certificate.secretName }}
{{- else -}}
{{ $certificate.secretName | default (printf "%s-tls" (include "lictor.webhook" .)) }}
{{- end -}}
{{- end -}}

{{/*
Selectors of one of two ways to opt in, of a pod by the label of its namespace (`opt: namespace`) or by its own
(`opt: pod`). A pod that opts out by its label is not selected; `lictor.matchConditions` has the annotations. A cluster
that cannot create the pods of its own namespaces cannot repair itself, so no value includes these.
*/}}
{{- define "lictor.selectors" -}}
{{- $in := ternary "In" "NotIn" (eq .opt "namespace") -}}
namespaceSelector:
  matchExpressions:
    - {key: lictor.dev/inject, operator: {{ $in }}, values: ["true"]}
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: {{ concat (list "kube-system" "kube-public" "kube-node-lease" .root.Release.Namespace) .root.Values.injection.excludedNamespaces | uniq | toJson }}
objectSelector:
  matchExpressions:
    {{- if eq .opt "namespace" }}
    - {key: lictor.dev/inject, operator: NotIn, values: ["false"]}
    {{- else }}
    - {key: lictor.dev/inject, operator: In, values: ["true"]}
    {{- end }}
{{- end -}}

{{/*
Pods that are not injected, of the webhook and of the policies alike. The API server evaluates these before it calls a
webhook, so that such a pod is also created while the webhook is down.
*/}}
{{- define "lictor.matchConditions" -}}
matchConditions:
  - name: has-not-opted-out
    expression: |-
      !(has(object.metadata.annotations) && "lictor.dev/inject" in object.metadata.annotations
      && object.metadata.annotations["lictor.dev/inject"] == "false")
  # The mirror of a static pod: kubelet runs the file on its node, whatever the API server keeps.
  - name: is-not-a-mirror-pod
    expression: '!(has(object.metadata.annotations) && "kubernetes.io/config.mirror" in object.metadata.annotations)'
{{- end -}}

{{/* Each option of the chart is one of pods without the annotation. */}}
{{- define "lictor.webhookArgs" -}}
- webhook
- {{ printf "--listen=%s:%v" .Values.webhook.host .Values.webhook.port | toJson }}
- {{ printf "--probe=%s:%v" .Values.webhook.host .Values.webhook.probePort | toJson }}
- --tls-cert=/etc/lictor/tls/tls.crt
- --tls-key=/etc/lictor/tls/tls.key
- --log-level={{ .Values.webhook.logLevel }}
{{- range $name, $text := include "lictor.options" . | fromJson }}
- {{ printf "--set=%s=%s" $name $text | replace "$(" "$$(" | toJson }}
{{- end }}
{{- end -}}
