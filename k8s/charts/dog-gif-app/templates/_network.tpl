{{/* Directions of traffic, as rules of a NetworkPolicy. */}}

{{- define "dog-gif-app.namespacePeer" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . }}
{{- end }}

{{- define "dog-gif-app.testPeer" -}}
- podSelector:
    matchLabels:
      {{- include "dog-gif-app.selector" . | nindent 6 }}
      app.kubernetes.io/component: test
{{- end }}

{{- define "dog-gif-app.toDns" -}}
- to:
    {{- toYaml .Values.networkPolicy.dnsTo | nindent 4 }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{- define "dog-gif-app.toDatabase" -}}
- to:
    {{- toYaml .Values.networkPolicy.databaseTo | nindent 4 }}
  ports:
    - port: {{ .Values.mysql.port }}
      protocol: TCP
{{- end }}

{{/* Call it with root and the policy's own part of the name. */}}
{{- define "dog-gif-app.policyHead" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "dog-gif-app.fullname" .root }}-{{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "dog-gif-app.labels" .root | nindent 4 }}
  annotations:
    {{- default (include "dog-gif-app.wave" -1) .annotations | nindent 4 }}
{{- end }}
