// Package auth stands in for Traefik's fork of go-http-auth, which the proxy does not serve. It lets nobody in: Gateway
// API asks for neither basic nor digest authentication.
package auth

import "net/http"

// SecretProvider finds the secret of a user in a realm.
type SecretProvider func(user, realm string) string

// BasicAuth refuses everyone.
type BasicAuth struct {
	Realm   string
	Secrets SecretProvider
}

// CheckAuth names the user, which is nobody.
func (*BasicAuth) CheckAuth(*http.Request) string { return "" }

// RequireAuth answers 401.
func (*BasicAuth) RequireAuth(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusUnauthorized)
}

// CheckSecret accepts no password.
func CheckSecret(_, _ string) bool { return false }

// DigestAuth refuses everyone.
type DigestAuth struct{ BasicAuth }

// NewDigestAuthenticator makes one.
func NewDigestAuthenticator(realm string, secrets SecretProvider) *DigestAuth {
	return &DigestAuth{BasicAuth{realm, secrets}}
}

// CheckAuth names the user, which is nobody.
func (*DigestAuth) CheckAuth(*http.Request) (string, *string) { return "", nil }

// RequireAuthStale answers 401.
func (d *DigestAuth) RequireAuthStale(w http.ResponseWriter, r *http.Request) { d.RequireAuth(w, r) }

// DigestAuthParams parses nothing.
func DigestAuthParams(string) map[string]string { return nil }
