{{/* One Secret with one key, out of a store. Call it with root, secret, key and remote (key and property in the store). */}}

{{- define "dog-gif-app.externalSecret" }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: {{ .secret }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "dog-gif-app.labels" .root | nindent 4 }}
  annotations:
    {{- include "dog-gif-app.wave" -1 | nindent 4 }}
    {{- if .root.Values.externalSecret.helmHook }}
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
    helm.sh/hook-weight: "-5"
    {{- end }}
spec:
  refreshInterval: {{ .root.Values.externalSecret.refreshInterval }}
  secretStoreRef:
    name: {{ .root.Values.externalSecret.storeRef.name }}
    kind: {{ .root.Values.externalSecret.storeRef.kind }}
  target:
    name: {{ .secret }}
    # Helm makes its hooks anew: the Secret must outlive that, as running pods read it.
    creationPolicy: {{ .root.Values.externalSecret.helmHook | ternary "Orphan" "Owner" }}
    # A store that lost the value is no reason to take it away from running pods.
    deletionPolicy: Retain
  data:
    - secretKey: {{ .key }}
      remoteRef:
        key: {{ .remote.key }}
        {{- with .remote.property }}
        property: {{ . }}
        {{- end }}
{{- end }}
