// Package register replaces the list of 35 providers: main.go imports those that k8s/ uses.
package register
