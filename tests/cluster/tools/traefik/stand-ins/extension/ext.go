// Package ext stands in for Traefik's nested module of extension points, which the proxy does not serve.
package ext

// HTTP adds nothing to the HTTP configuration.
type HTTP struct{}

// Router adds nothing to a router.
type Router struct{}
