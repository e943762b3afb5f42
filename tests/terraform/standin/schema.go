package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A block of arguments: a resource, a nested block, or the provider's own configuration.
type block struct {
	attributes []attribute
	blocks     []nested
}

type attribute struct {
	name                                    string
	kind                                    tftypes.Type
	required, optional, computed, writeOnly bool
	// What the cloud would answer, with {names} of other attributes in it.
	answer string
}

type nested struct {
	name    string
	nesting tfprotov5.SchemaNestedBlockNestingMode
	most    int64
	block   *block
}

type schema struct {
	provider   *block
	resources  map[string]*block
	ephemerals map[string]*block
}

// parse reads the format that schemas/google.txt explains: two blanks a level, one thing a line.
func parse(text string) (*schema, error) {
	result := &schema{provider: &block{}, resources: map[string]*block{}, ephemerals: map[string]*block{}}
	var open []*block
	for index, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		if depth > len(open) {
			return nil, fmt.Errorf("line %d is indented too far", index+1)
		}
		open = open[:depth]
		opened, err := result.add(open, words)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", index+1, err)
		}
		if opened != nil {
			open = append(open, opened)
		}
	}
	return result, nil
}

// add takes one line; it returns the block that the line opens, if it opens one.
func (s *schema) add(open []*block, words []string) (*block, error) {
	made := &block{}
	switch {
	case len(open) == 0 && words[0] == "provider":
		return s.provider, nil
	case len(open) == 0 && len(words) == 2 && words[0] == "resource":
		s.resources[words[1]] = made
		return made, nil
	case len(open) == 0 && len(words) == 2 && words[0] == "ephemeral":
		s.ephemerals[words[1]] = made
		return made, nil
	case len(open) == 0:
		return nil, fmt.Errorf("%q is neither provider, resource nor ephemeral", words[0])
	}
	parent := open[len(open)-1]
	if words[0] == "block" {
		inner, err := parseNested(words[1:])
		if err != nil {
			return nil, err
		}
		inner.block = made
		parent.blocks = append(parent.blocks, inner)
		return made, nil
	}
	parsed, err := parseAttribute(words)
	if err != nil {
		return nil, err
	}
	parent.attributes = append(parent.attributes, parsed)
	return nil, nil
}

func parseNested(words []string) (nested, error) {
	modes := map[string]tfprotov5.SchemaNestedBlockNestingMode{
		"list": tfprotov5.SchemaNestedBlockNestingModeList,
		"set":  tfprotov5.SchemaNestedBlockNestingModeSet,
	}
	if len(words) < 2 || len(words) > 3 || modes[words[1]] == 0 {
		return nested{}, fmt.Errorf("a block is `block NAME list|set [MOST]`, not %q", words)
	}
	result := nested{name: words[0], nesting: modes[words[1]]}
	if len(words) == 3 {
		most, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return nested{}, err
		}
		result.most = most
	}
	return result, nil
}

func parseAttribute(words []string) (attribute, error) {
	words, answer := splitAnswer(words)
	if len(words) < 3 {
		return attribute{}, fmt.Errorf("an attribute is `NAME TYPE FLAGS [= ANSWER]`, not %q", words)
	}
	result := attribute{name: words[0], answer: answer}
	switch words[1] {
	case "string":
		result.kind = tftypes.String
	case "number":
		result.kind = tftypes.Number
	case "bool":
		result.kind = tftypes.Bool
	case "list(string)":
		result.kind = tftypes.List{ElementType: tftypes.String}
	case "set(string)":
		result.kind = tftypes.Set{ElementType: tftypes.String}
	case "map(string)":
		result.kind = tftypes.Map{ElementType: tftypes.String}
	default:
		return attribute{}, fmt.Errorf("%q is no type", words[1])
	}
	for _, flag := range words[2:] {
		switch flag {
		case "required":
			result.required = true
		case "optional":
			result.optional = true
		case "computed":
			result.computed = true
		case "write-only":
			result.optional, result.writeOnly = true, true
		default:
			return attribute{}, fmt.Errorf("%q is none of required, optional, computed and write-only", flag)
		}
	}
	return result, nil
}

func splitAnswer(words []string) ([]string, string) {
	at := slices.Index(words, "=")
	if at < 0 {
		return words, ""
	}
	return words[:at], strings.Join(words[at+1:], " ")
}

// The schema as Terraform's protocol has it.
func (b *block) protocol() *tfprotov5.SchemaBlock {
	result := &tfprotov5.SchemaBlock{}
	for _, a := range b.attributes {
		result.Attributes = append(result.Attributes, &tfprotov5.SchemaAttribute{
			Name: a.name, Type: a.kind, Required: a.required, Optional: a.optional, Computed: a.computed, WriteOnly: a.writeOnly,
		})
	}
	for _, n := range b.blocks {
		result.BlockTypes = append(result.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: n.name, Nesting: n.nesting, MaxItems: n.most, Block: n.block.protocol(),
		})
	}
	return result
}

func (b *block) schema() *tfprotov5.Schema { return &tfprotov5.Schema{Block: b.protocol()} }

func (b *block) kind() tftypes.Type { return b.schema().ValueType() }
