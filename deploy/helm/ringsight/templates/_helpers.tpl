{{- define "ringsight.name" -}}
{{- printf "%s-ringsight" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}
{{- define "ringsight.selector" -}}
app.kubernetes.io/name: ringsight
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "ringsight.labels" -}}
{{ include "ringsight.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
