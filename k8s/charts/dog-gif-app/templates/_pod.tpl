{{/* What every pod of the release has in common: who it is, what it may, where its secrets are. */}}

{{- define "dog-gif-app.podLabels" -}}
{{ include "dog-gif-app.selector" .root }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ include "dog-gif-app.version" .root | quote }}
version: {{ include "dog-gif-app.version" .root | quote }}
{{- end }}

{{/* Nobody here talks to Kubernetes, and names of Services come from DNS. */}}
{{- define "dog-gif-app.podBasics" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  # The image's own user (nix/image.nix): Kubernetes wants it as a number.
  runAsUser: 10001
  runAsGroup: 10001
  # Lets that user read the mounted secrets, and write to the volume.
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "dog-gif-app.containerBasics" -}}
image: {{ include "dog-gif-app.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
{{- end }}

{{/* A whole directory each, never a subPath: what is rotated then arrives in the running pod. */}}
{{- define "dog-gif-app.mysqlMounts" -}}
- name: mysql-password
  mountPath: /run/secrets/mysql
  readOnly: true
{{- if eq .Values.mysql.tls.mode "verify" }}
- name: mysql-ca
  mountPath: /run/secrets/mysql-ca
  readOnly: true
{{- end }}
{{- end }}

{{/* Call it with root, secret and key of the account's password. */}}
{{- define "dog-gif-app.mysqlVolumes" -}}
- name: mysql-password
  secret:
    secretName: {{ .secret }}
    defaultMode: 288 # 0440: for the group above
    items:
      - key: {{ .key }}
        path: password
{{- with .root.Values.mysql.tls }}
{{- if eq .mode "verify" }}
- name: mysql-ca
  secret:
    secretName: {{ .existingSecret }}
    defaultMode: 288 # 0440: for the group above
    items:
      - key: {{ .caKey }}
        path: ca.crt
{{- end }}
{{- end }}
{{- end }}
