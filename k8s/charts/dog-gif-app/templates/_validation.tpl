{{/*
What a schema cannot say in a sentence: values that do not fit together. All problems are told at once, each with its remedy.
What stands alone (types, ranges, names) is in values.schema.json.
*/}}

{{- define "dog-gif-app.validate" }}
{{- $database := .Values.mysql.host | empty | ternary "sqlite" "mysql" }}
{{- $problems := concat
  (include "dog-gif-app.imageProblems" . | fromYamlArray)
  (include (printf "dog-gif-app.%sProblems" $database) . | fromYamlArray)
  (include "dog-gif-app.podProblems" . | fromYamlArray)
  (include "dog-gif-app.aroundProblems" . | fromYamlArray) }}
{{- with $problems }}
{{- fail (printf "\n\nThese values cannot be installed:\n  - %s\n" (join "\n  - " .)) }}
{{- end }}
{{- end }}

{{- define "dog-gif-app.imageProblems" }}
{{- with .Values.image }}
{{- if and .digest (not (regexMatch "^sha256:[0-9a-f]{64}$" .digest)) }}
- {{ printf "image.digest=%q is no digest: it is sha256: and 64 lower-case hexadecimal digits" .digest | quote }}
{{- end }}
{{- if eq .tag "latest" }}
- "image.tag=latest names no version: use a tag that never moves, such as 0.1.0"
{{- end }}
{{- if regexMatch "(@|:[^/]*$)" .repository }}
- {{ printf "image.repository=%q carries a tag or a digest: they belong in image.tag and image.digest" .repository | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "dog-gif-app.sqliteProblems" }}
{{- if gt (int .Values.replicas) 1 }}
- {{ printf "replicas=%v needs MySQL: an SQLite file has one pod; set mysql.host, or replicas to 1" .Values.replicas | quote }}
{{- end }}
{{- if .Values.autoscaling.enabled }}
- "autoscaling.enabled needs MySQL: an SQLite file has one pod; set mysql.host, or turn it off"
{{- end }}
{{- range $name, $value := dict "mysql.user" .Values.mysql.user "mysql.database" .Values.mysql.database "mysql.existingSecret" .Values.mysql.existingSecret "mysql.tls.existingSecret" .Values.mysql.tls.existingSecret "migrations.user" .Values.migrations.user "migrations.existingSecret" .Values.migrations.existingSecret }}
{{- if $value }}
- {{ printf "%s is set but mysql.host is not: set mysql.host to use MySQL, or unset this to use SQLite" $name | quote }}
{{- end }}
{{- end }}
{{- if ne .Values.mysql.tls.mode "off" }}
- "mysql.tls.mode is set but mysql.host is not: set mysql.host to use MySQL, or unset this to use SQLite"
{{- end }}
{{- if .Values.externalSecret.enabled }}
- "externalSecret.enabled needs mysql.host: SQLite has no secrets"
{{- end }}
{{- end }}

{{- define "dog-gif-app.mysqlProblems" }}
{{- with .Values.mysql }}
{{- if not (regexMatch "^[A-Za-z0-9._-]+$" .host) }}
- "mysql.host must be a host name or an IPv4 address, without scheme, port and path"
{{- end }}
{{- range $name, $value := dict "mysql.user" .user "mysql.database" .database "mysql.existingSecret" .existingSecret }}
{{- if not $value }}
- {{ printf "%s is missing: mysql.host is set, so it is needed too" $name | quote }}
{{- end }}
{{- end }}
{{- if not (regexMatch "^[A-Za-z0-9_$-]*$" .database) }}
- {{ printf "mysql.database=%q must be ASCII letters, digits, _, - and $" .database | quote }}
{{- end }}
{{- if and (eq .tls.mode "verify") (not .tls.existingSecret) }}
- "mysql.tls.existingSecret is missing: mysql.tls.mode=verify needs the Secret with the server's certificate authority"
{{- end }}
{{- if and (eq .tls.mode "off") .tls.existingSecret }}
- "mysql.tls.existingSecret is set but mysql.tls.mode is off: set it to verify to use the authority"
{{- end }}
{{- end }}
{{- if ne (empty .Values.migrations.user) (empty .Values.migrations.existingSecret) }}
- "migrations.user and migrations.existingSecret belong together: set both for an account of its own, or neither to use mysql.user"
{{- end }}
{{- if .Values.persistence.existingClaim }}
- "persistence.existingClaim is set and so is mysql.host: MySQL needs no volume; unset one of them"
{{- end }}
{{- if .Values.externalSecret.enabled }}
{{- include "dog-gif-app.externalSecretProblems" . }}
{{- end }}
{{- end }}

{{- define "dog-gif-app.externalSecretProblems" }}
{{- with .Values.externalSecret }}
{{- range $name, $value := dict "externalSecret.storeRef.name" .storeRef.name "externalSecret.password.key" .password.key }}
{{- if not $value }}
- {{ printf "%s is missing: externalSecret.enabled is set, so it is needed too" $name | quote }}
{{- end }}
{{- end }}
{{- if ne (empty .migrationsPassword.key) (empty $.Values.migrations.existingSecret) }}
- "externalSecret.migrationsPassword.key and migrations.existingSecret belong together: set both or neither"
{{- end }}
{{- if and .certificateAuthority.key (not $.Values.mysql.tls.existingSecret) }}
- "externalSecret.certificateAuthority.key is set but mysql.tls.existingSecret, which it fills, is not"
{{- end }}
{{- end }}
{{- end }}

{{- define "dog-gif-app.podProblems" }}
{{- with .Values.resources }}
{{- if not (regexMatch "[1-9]" (toString .requests.cpu)) }}
- "resources.requests.cpu is 0: the program starts a thread for each core it asks for, and would have none"
{{- end }}
{{- if ne (toString .requests.memory) (toString .limits.memory) }}
- {{ printf "resources.limits.memory=%v must equal resources.requests.memory=%v: memory that was only hoped for gets pods killed" .limits.memory .requests.memory | quote }}
{{- end }}
{{- end }}
{{- if ge (int .Values.rollout.minReadySeconds) (int .Values.rollout.progressDeadlineSeconds) }}
- "rollout.minReadySeconds must be less than rollout.progressDeadlineSeconds, or no rollout ever succeeds"
{{- end }}
{{- $own := concat (include "dog-gif-app.serveSettings" . | fromYaml | keys) (list "TOKIO_WORKER_THREADS" "PORT" "OPS_PORT" "BIND" "DATA_DIR") }}
{{- range .Values.extraEnv }}
{{- if has .name $own }}
- {{ printf "extraEnv sets %s, which the chart sets itself: use the value that stands for it" .name | quote }}
{{- else if hasPrefix "MYSQL_" .name }}
- {{ printf "extraEnv sets %s: use the values under mysql" .name | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "dog-gif-app.aroundProblems" }}
{{- if and .Values.gateway.enabled (not .Values.gateway.hostnames) }}
- "gateway.hostnames is empty: gateway.enabled needs the website's host names, or it would answer for every other site of the Gateway"
{{- end }}
{{- with .Values.autoscaling }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
- {{ printf "autoscaling.minReplicas=%v is more than autoscaling.maxReplicas=%v" .minReplicas .maxReplicas | quote }}
{{- end }}
{{- end }}
{{- end }}
