// A repository of a registry, read whole or changed, for `make cleanup` and releases: what there is as JSON, and
// deletion of exactly what is named. It decides nothing.
//
// Of the well-kept clients this is the one to build on: regctl takes a refused deletion of a tag for a reason to push an
// empty image in its place, and crane, the command of this library, lists no referrers. Credentials come from where
// `docker login` leaves them, helpers included.
//
//	registry-client read REPOSITORY < DIGESTS     everything that tags, and these digests, lead to
//	registry-client tags REPOSITORY               which tag names what
//	registry-client delete REPOSITORY REFERENCE…  in this order, until one fails; says what is done, line by line
//	registry-client push REPOSITORY TAG LAYOUT…   one platform's image each, and an index around them; says its digest
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// Requests at a time: registries begin to refuse at some tens.
	atOnce = 8
	// Configurations are some kB; what is larger is none.
	configLimit = 1 << 20
)

func main() {
	if len(os.Args) < 3 {
		fail(errors.New("usage: registry-client read|tags|delete|push REPOSITORY …"))
	}
	repository, err := name.NewRepository(os.Args[2])
	if err != nil {
		fail(err)
	}
	client, err := newClient(repository)
	if err != nil {
		fail(err)
	}
	switch os.Args[1] {
	case "read":
		err = client.read(os.Stdin)
	case "tags":
		var tags map[string]string
		if tags, err = client.tags(); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(tags)
		}
	case "delete":
		err = client.delete(os.Args[3:])
	case "push":
		if len(os.Args) < 5 {
			fail(errors.New("usage: registry-client push REPOSITORY TAG LAYOUT…"))
		}
		err = client.push(os.Args[3], os.Args[4:])
	default:
		err = fmt.Errorf("there is no command %s", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

// fail says what the registry answered, so that who asked can say what to do.
func fail(err error) {
	failure := struct {
		Status  int    `json:"status"`
		Message string `json:"message"`
	}{Message: err.Error()}
	var answer *transport.Error
	if errors.As(err, &answer) {
		failure.Status = answer.StatusCode
	}
	_ = json.NewEncoder(os.Stderr).Encode(failure)
	os.Exit(1)
}

type client struct {
	repository name.Repository
	options    []remote.Option
	puller     *remote.Puller
	pusher     *remote.Pusher
}

func newClient(repository name.Repository) (*client, error) {
	patient := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		MaxIdleConnsPerHost:   atOnce,
		ForceAttemptHTTP2:     true,
		ResponseHeaderTimeout: time.Minute,
	}
	options := []remote.Option{
		remote.WithAuthFromKeychain(authn.DefaultKeychain),
		remote.WithTransport(&heedful{patient}),
		remote.WithUserAgent("dog-gif-app-cleanup"),
		// A server that is ill for a moment: 0.3 and 0.9 s later again.
		remote.WithRetryBackoff(remote.Backoff{Duration: 300 * time.Millisecond, Factor: 3, Steps: 3}),
	}
	puller, err := remote.NewPuller(options...)
	if err != nil {
		return nil, err
	}
	// Both ask for a token once, and not for every request.
	pusher, err := remote.NewPusher(options...)
	if err != nil {
		return nil, err
	}
	return &client{repository, append(options, remote.Reuse(puller)), puller, pusher}, nil
}

// heedful comes back when it is told to, if that is soon.
type heedful struct{ http.RoundTripper }

func (transport *heedful) RoundTrip(request *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		response, err := transport.RoundTripper.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusTooManyRequests || try == 5 || request.Body != nil {
			return response, err
		}
		seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil || seconds > 60 {
			return response, nil
		}
		response.Body.Close()
		select {
		case <-request.Context().Done():
			return nil, request.Context().Err()
		case <-time.After(time.Duration(seconds) * time.Second):
		}
	}
}

type content struct {
	Tags      map[string]string `json:"tags"`
	Manifests []manifest        `json:"manifests"`
}

type manifest struct {
	Digest string `json:"digest"`
	// Bytes of the manifest itself.
	Size int             `json:"size"`
	Body json.RawMessage `json:"body"`
	// Of images and charts: when and of what they were made.
	Config json.RawMessage `json:"config,omitempty"`
	// What the registry says refers to it.
	Referrers []string `json:"referrers,omitempty"`
}

func (client *client) tags() (map[string]string, error) {
	names, err := client.puller.List(context.Background(), client.repository)
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string, len(names))
	var lock sync.Mutex
	err = each(names, func(tag string) error {
		descriptor, err := client.puller.Head(context.Background(), client.repository.Tag(tag))
		if isAbsent(err) {
			// Deleted since the list was made.
			return nil
		}
		if err != nil {
			return err
		}
		lock.Lock()
		defer lock.Unlock()
		tags[tag] = descriptor.Digest.String()
		return nil
	})
	return tags, err
}

// read walks in rounds: tags, then what those lead to, then what that leads to.
func (client *client) read(digests io.Reader) error {
	tags, err := client.tags()
	if err != nil {
		return err
	}
	var next []string
	for _, digest := range tags {
		next = append(next, digest)
	}
	lines := bufio.NewScanner(digests)
	for lines.Scan() {
		next = append(next, lines.Text())
	}
	content := content{Tags: tags, Manifests: []manifest{}}
	seen := map[string]bool{}
	for len(next) > 0 {
		var round []string
		for _, digest := range next {
			if !seen[digest] {
				seen[digest] = true
				round = append(round, digest)
			}
		}
		next = nil
		var lock sync.Mutex
		err := each(round, func(digest string) error {
			manifest, leads, err := client.manifest(digest)
			if isAbsent(err) {
				// An index may name platforms that nobody pushed.
				return nil
			}
			if err != nil {
				return err
			}
			lock.Lock()
			defer lock.Unlock()
			content.Manifests = append(content.Manifests, *manifest)
			next = append(next, leads...)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(content)
}

func (client *client) manifest(digest string) (*manifest, []string, error) {
	reference := client.repository.Digest(digest)
	descriptor, err := client.puller.Get(context.Background(), reference)
	if err != nil {
		return nil, nil, err
	}
	result := &manifest{Digest: digest, Size: len(descriptor.Manifest), Body: descriptor.Manifest}
	var body struct {
		Config    v1.Descriptor   `json:"config"`
		Manifests []v1.Descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(descriptor.Manifest, &body); err != nil {
		return nil, nil, fmt.Errorf("%s is no manifest: %w", reference, err)
	}
	var leads []string
	for _, child := range body.Manifests {
		leads = append(leads, child.Digest.String())
	}
	if isDescription(body.Config) {
		if result.Config, err = client.config(body.Config.Digest.String()); err != nil && !isAbsent(err) {
			return nil, nil, err
		}
	}
	referrers, err := remote.Referrers(reference, client.options...)
	if err != nil {
		return nil, nil, err
	}
	index, err := referrers.IndexManifest()
	if err != nil {
		return nil, nil, err
	}
	for _, referrer := range index.Manifests {
		result.Referrers = append(result.Referrers, referrer.Digest.String())
	}
	return result, append(leads, result.Referrers...), nil
}

func isDescription(config v1.Descriptor) bool {
	switch config.MediaType {
	case types.OCIConfigJSON, types.DockerConfigJSON, "application/vnd.cncf.helm.config.v1+json":
		return config.Size <= configLimit
	}
	return false
}

func (client *client) config(digest string) (json.RawMessage, error) {
	layer, err := client.puller.Layer(context.Background(), client.repository.Digest(digest))
	if err != nil {
		return nil, err
	}
	blob, err := layer.Compressed()
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	text, err := io.ReadAll(io.LimitReader(blob, configLimit))
	if err != nil || !json.Valid(text) {
		return nil, err
	}
	return text, nil
}

func (client *client) delete(references []string) error {
	for _, text := range references {
		var reference name.Reference = client.repository.Tag(text)
		if strings.Contains(text, ":") {
			reference = client.repository.Digest(text)
		}
		// Gone is gone, whoever did it.
		if err := client.pusher.Delete(context.Background(), reference); err != nil && !isAbsent(err) {
			return err
		}
		fmt.Println(text)
	}
	return nil
}

// push writes by digest what the index is to name, and the tag last: nobody pulls half of a release.
func (client *client) push(tag string, layouts []string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, path := range layouts {
		image, err := only(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		digest, err := image.Digest()
		if err != nil {
			return err
		}
		if err := remote.Write(client.repository.Digest(digest.String()), image, client.options...); err != nil {
			return err
		}
		config, err := image.ConfigFile()
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: config.Platform()},
		})
	}
	if err := remote.WriteIndex(client.repository.Tag(tag), index, client.options...); err != nil {
		return err
	}
	digest, err := index.Digest()
	if err == nil {
		fmt.Println(digest)
	}
	return err
}

// only is the one image of an OCI layout.
func only(path string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(path)
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	if len(manifest.Manifests) != 1 {
		return nil, fmt.Errorf("it has %d images, not one", len(manifest.Manifests))
	}
	return index.Image(manifest.Manifests[0].Digest)
}

func isAbsent(err error) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound
}

// each calls with every item, some at a time, and returns the first error after all have ended.
func each(items []string, call func(string) error) error {
	places := make(chan struct{}, atOnce)
	results := make(chan error, len(items))
	for _, item := range items {
		places <- struct{}{}
		go func() {
			results <- call(item)
			<-places
		}()
	}
	var first error
	for range items {
		if err := <-results; err != nil && first == nil {
			first = err
		}
	}
	return first
}
