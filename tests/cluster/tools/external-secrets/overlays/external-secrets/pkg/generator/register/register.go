// Package register replaces the list of 12 generators: k8s/ uses none.
package register
