{{/* Certificate of the webhook by cert-manager, from the given issuer or from an authority of the chart's own. */}}
{{- define "lictor.certManager" -}}
{{- $name := include "lictor.webhook" . -}}
{{- $manager := .Values.webhook.certificate.certManager -}}
{{- $issuer := $manager.issuerRef -}}
{{- $meta := dict "namespace" .Release.Namespace "labels" (include "lictor.labels" . | fromYaml) -}}
{{- if not $issuer -}}
{{- $issuer = dict "kind" "Issuer" "name" $name }}
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {{- merge (dict "name" (printf "%s-self-signed" $name)) $meta | toYaml | nindent 2 }}
spec:
  selfSigned: {}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {{- merge (dict "name" (printf "%s-authority" $name)) $meta | toYaml | nindent 2 }}
spec:
  isCA: true
  commonName: {{ $name }} authority
  secretName: {{ $name }}-authority
  duration: 87600h
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  issuerRef: {group: cert-manager.io, kind: Issuer, name: {{ $name }}-self-signed}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {{- merge (dict "name" $name) $meta | toYaml | nindent 2 }}
spec:
  ca: {secretName: {{ $name }}-authority}
---
{{- end }}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {{- merge (dict "name" $name) $meta | toYaml | nindent 2 }}
spec:
  secretName: {{ include "lictor.certificateSecret" . }}
  dnsNames: [{{ $name }}.{{ .Release.Namespace }}.svc, {{ $name }}.{{ .Release.Namespace }}.svc.cluster.local]
  duration: {{ $manager.duration }}
  renewBefore: {{ $manager.renewBefore }}
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  usages: [digital signature, server auth]
  issuerRef: {{- merge (dict "group" ($issuer.group | default "cert-manager.io")) $issuer | toYaml | nindent 4 }}
{{- end -}}
