{{/*
The order of things, for Argo CD (waves) and for Helm (hooks): accounts and settings -1, databases 0 (not ours),
migration Job 1, pods 2.
*/}}

{{- define "dog-gif-app.wave" -}}
argocd.argoproj.io/sync-wave: {{ . | quote }}
{{- end }}

{{/*
For what must stand before a release's other objects do: the migration Job (weight 0), and what it leans on (weight -5);
call it with the weight, Helm's order. In Argo CD they share a wave, in which accounts and policies precede Jobs by
their kind. Both remove them after a success: `helm uninstall` leaves hooks where they are, and Argo CD needs some 4 s
longer when it has to delete old ones first. After a failure they stay, to be read, and the next try replaces them.
Where an object names a hook of Argo CD's own, Argo CD does not look at Helm's.
*/}}
{{- define "dog-gif-app.beforeRelease" -}}
argocd.argoproj.io/hook: Sync
argocd.argoproj.io/hook-delete-policy: HookSucceeded
{{ include "dog-gif-app.wave" 1 }}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
helm.sh/hook-weight: {{ . | quote }}
{{- end }}
