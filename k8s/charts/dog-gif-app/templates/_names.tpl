{{/* What things are called: names, labels, the image. */}}

{{- define "dog-gif-app.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Cut at 50, so that the longest suffix still fits a Service's 63. */}}
{{- define "dog-gif-app.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "dog-gif-app.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "dog-gif-app.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "dog-gif-app.version" -}}
{{- default .Chart.AppVersion .Values.image.tag }}
{{- end }}

{{/* By digest where there is one: the tag may move, the digest cannot. */}}
{{- define "dog-gif-app.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ include "dog-gif-app.version" . }}
{{- end }}
{{- end }}

{{/*
Labels of every object; the components tell the pods apart: web, migrations, test. The version is on what runs it alone:
on everything, a new version would change everything, in the reader's difference and in each wave of Argo CD's.
*/}}
{{- define "dog-gif-app.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "dog-gif-app.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* What all pods of the release have in common, and nothing else has. */}}
{{- define "dog-gif-app.selector" -}}
app.kubernetes.io/name: {{ include "dog-gif-app.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The pods that serve. */}}
{{- define "dog-gif-app.webSelector" -}}
{{ include "dog-gif-app.selector" . }}
app.kubernetes.io/component: web
{{- end }}
