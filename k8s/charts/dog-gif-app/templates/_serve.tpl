{{/* The parts of the container that serves, by concern. */}}

{{/*
Without a CPU limit the program would start as many threads as the node has cores: it gets as many as the cores
it asked for. Divisor 1 rounds up, so that 100m is one.
*/}}
{{- define "dog-gif-app.env" -}}
- name: TOKIO_WORKER_THREADS
  valueFrom:
    resourceFieldRef:
      containerName: dog-gif-app
      resource: requests.cpu
      divisor: "1"
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Neither /livez nor the start asks the database: MySQL's absence must not kill a pod, which would help nobody. */}}
{{- define "dog-gif-app.probes" -}}
startupProbe:
  httpGet:
    path: /livez
    port: operations
  # The first answer comes 13 ms after the start; a large SQLite file may have a table to rebuild first: one minute.
  periodSeconds: 1
  timeoutSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet:
    path: /livez
    port: operations
  # It turns red when the counting thread has been stuck for 60 s: a restart comes 30 s after that at the latest, and
  # a node that is out of breath for a moment restarts nothing.
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet:
    path: /readyz
    port: operations
  # In the rotation 2 s after the start. Out of it after 12 s without the database: a failover takes 7 to 11 s, and until
  # then visitors are better off with the program's own 503 and its dog than with a gateway that has nobody to ask.
  # A pod that stops leaves the rotation by being deleted, not by this.
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 6
{{- end }}

{{/*
drainSeconds, then 10 s for what is in flight (STOP_DEADLINE in src/web/server.rs: the slowest GIF, 8 MiB at 7 Mbit/s),
then 5 s for the last batch of visits (LAST_BATCH in src/command/serve.rs), and 5 s for a node that is busy.
A test compares it with both.
*/}}
{{- define "dog-gif-app.gracePeriod" -}}
{{ add .Values.settings.drainSeconds 10 5 5 }}
{{- end }}

{{- define "dog-gif-app.mounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .Values.mysql.host }}
{{ include "dog-gif-app.mysqlMounts" . }}
{{- else }}
- name: data
  mountPath: /data
{{- end }}
{{- end }}

{{- define "dog-gif-app.volumes" -}}
# Room for SQLite's and an import's temporary files; the root file system is read-only.
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- if .Values.mysql.host }}
{{ include "dog-gif-app.mysqlVolumes" (dict "root" . "secret" .Values.mysql.existingSecret "key" .Values.mysql.passwordKey) }}
{{- else }}
- name: data
  persistentVolumeClaim:
    claimName: {{ default (include "dog-gif-app.fullname" .) .Values.persistence.existingClaim }}
{{- end }}
{{- end }}

{{/* SQLite has one writer at a time: the old pod must be gone. MySQL has many: nobody is missed. */}}
{{- define "dog-gif-app.strategy" -}}
{{- if .Values.mysql.host -}}
type: RollingUpdate
rollingUpdate:
  maxUnavailable: 0
  maxSurge: 25%
{{- else -}}
type: Recreate
{{- end }}
{{- end }}

{{/* The pods of one version are spread among themselves: those of the old one are about to go. */}}
{{- define "dog-gif-app.spread" -}}
{{- $selector := include "dog-gif-app.webSelector" . }}
{{- range $key, $strictness := dict "kubernetes.io/hostname" .Values.topologySpread.hosts "topology.kubernetes.io/zone" .Values.topologySpread.zones }}
- topologyKey: {{ $key }}
  maxSkew: 1
  whenUnsatisfiable: {{ $strictness }}
  # A zone that is lost is no zone to be even with: its nodes are known, tainted, for minutes, and hold nothing up.
  nodeTaintsPolicy: Honor
  labelSelector:
    matchLabels:
      {{- $selector | nindent 6 }}
  matchLabelKeys:
    - pod-template-hash
{{- end }}
{{- end }}

{{- define "dog-gif-app.placement" -}}
topologySpreadConstraints:
  {{- include "dog-gif-app.spread" . | trim | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
