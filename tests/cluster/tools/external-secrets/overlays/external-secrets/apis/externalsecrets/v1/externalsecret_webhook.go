// The webhooks are left out: they are written for an older controller-runtime, and the schemas of the CRDs check alone here.

package v1
