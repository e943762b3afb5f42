{{/* The program's settings, as one map from variable to text: the ConfigMap of the pods, inline in the migration Job. */}}

{{- define "dog-gif-app.settings" -}}
LOG_LEVEL: {{ .Values.settings.logLevel | quote }}
{{- if .Values.mysql.host }}
MYSQL_HOST: {{ .Values.mysql.host | quote }}
MYSQL_PORT: {{ .Values.mysql.port | quote }}
MYSQL_DATABASE: {{ .Values.mysql.database | quote }}
MYSQL_PASSWORD_FILE: /run/secrets/mysql/password
MYSQL_TLS: {{ .Values.mysql.tls.mode | quote }}
{{- if eq .Values.mysql.tls.mode "verify" }}
MYSQL_TLS_CA: /run/secrets/mysql-ca/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{/* What only `serve` asks for. */}}
{{- define "dog-gif-app.serveSettings" -}}
{{ include "dog-gif-app.settings" . }}
{{- if .Values.mysql.host }}
MYSQL_USER: {{ .Values.mysql.user | quote }}
MYSQL_POOL_SIZE: {{ .Values.mysql.poolSize | quote }}
{{- end }}
DRAIN_SECONDS: {{ .Values.settings.drainSeconds | quote }}
VISIT_TIMEOUT_SECONDS: {{ .Values.settings.visitTimeoutSeconds | quote }}
GIF_CACHE_MIB: {{ .Values.settings.gifCacheMiB | quote }}
PUBLIC_URL: {{ .Values.settings.publicUrl | quote }}
TRUST_PROXY_HEADERS: {{ eq .Values.settings.trustProxyHeaders "auto" | ternary .Values.gateway.enabled .Values.settings.trustProxyHeaders | quote }}
{{- end }}
