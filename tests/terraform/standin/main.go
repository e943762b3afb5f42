// Command standin takes the place of a Terraform provider where the real one cannot be had: it plans and applies, keeps
// what it made in the state alone, and talks to nobody. It is the provider that its file is called after, as Terraform
// calls it: terraform-provider-google_v7.45.0.
//
// What it knows are the resources that terraform/ uses (schemas/). It cannot know whether Google would take a value.
package main

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

//go:embed schemas/*.txt
var schemas embed.FS

func main() {
	if err := serve(filepath.Base(os.Args[0])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(program string) error {
	name, _, _ := strings.Cut(strings.TrimPrefix(program, "terraform-provider-"), "_")
	text, err := schemas.ReadFile("schemas/" + name + ".txt")
	if err != nil {
		return fmt.Errorf("%s: there is no stand-in for the provider %s", program, name)
	}
	schema, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("schemas/%s.txt: %w", name, err)
	}
	return tf5server.Serve("hashicorp/"+name, func() tfprotov5.ProviderServer { return &server{schema: schema} })
}
