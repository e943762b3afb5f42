{{/*
The order of things, for Argo CD (waves) and for Helm (hooks): accounts and settings -1, databases 0 (not ours),
migration Job 1, pods 2.
*/}}

{{- define "dog-gif-app.wave" -}}
argocd.argoproj.io/sync-wave: {{ . | quote }}
{{- end }}

{{/*
For what must stand before a release's other objects do: the migration Job (wave 1, weight 0), and what it leans on
(wave -1, weight -5). Call it with a list of the two numbers. Both Helm and Argo CD make it anew each time, and Helm
removes it after a success, as `helm uninstall` leaves hooks where they are; where an object names a hook of Argo CD's
own, Argo CD does not look at Helm's.
*/}}
{{- define "dog-gif-app.beforeRelease" -}}
argocd.argoproj.io/hook: Sync
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
{{ include "dog-gif-app.wave" (index . 0) }}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
helm.sh/hook-weight: {{ index . 1 | quote }}
{{- end }}
