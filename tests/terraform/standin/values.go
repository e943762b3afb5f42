package main

import (
	"crypto/rand"
	"math/big"
	"regexp"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fill walks a value along its block and lets `leaf` replace each attribute of the cloud's choice that has no value yet;
// what is write-only it takes out, as no state may hold it.
func fill(b *block, value tftypes.Value, leaf func(attribute, map[string]tftypes.Value) tftypes.Value) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	var fields map[string]tftypes.Value
	if err := value.As(&fields); err != nil {
		return value, err
	}
	for _, a := range b.attributes {
		current := fields[a.name]
		if a.writeOnly {
			fields[a.name] = tftypes.NewValue(current.Type(), nil)
		} else if a.computed && (current.IsNull() || !current.IsKnown()) {
			fields[a.name] = leaf(a, fields)
		}
	}
	for _, n := range b.blocks {
		items := fields[n.name]
		if items.IsNull() || !items.IsKnown() {
			continue
		}
		var inner []tftypes.Value
		if err := items.As(&inner); err != nil {
			return value, err
		}
		for index, item := range inner {
			filled, err := fill(n.block, item, leaf)
			if err != nil {
				return value, err
			}
			inner[index] = filled
		}
		fields[n.name] = tftypes.NewValue(items.Type(), inner)
	}
	return tftypes.NewValue(value.Type(), fields), nil
}

// Before an apply nobody knows what the cloud will choose.
func unknown(a attribute, _ map[string]tftypes.Value) tftypes.Value {
	return tftypes.NewValue(a.kind, tftypes.UnknownValue)
}

var name = regexp.MustCompile(`\{\w+\}`)

// answer is what the cloud would have chosen; `project` is the provider's.
func answer(project string) func(attribute, map[string]tftypes.Value) tftypes.Value {
	return func(a attribute, fields map[string]tftypes.Value) tftypes.Value {
		text := name.ReplaceAllStringFunc(a.answer, func(found string) string {
			return field(fields, found[1:len(found)-1], project)
		})
		switch {
		case a.name == "project":
			return tftypes.NewValue(a.kind, project)
		case a.kind.Is(tftypes.String):
			return tftypes.NewValue(a.kind, text)
		case a.kind.Is(tftypes.Bool):
			return tftypes.NewValue(a.kind, false)
		case a.kind.Is(tftypes.Number):
			return tftypes.NewValue(a.kind, big.NewFloat(0))
		case a.kind.Is(tftypes.Map{}):
			return tftypes.NewValue(a.kind, map[string]tftypes.Value{})
		case text == "":
			return tftypes.NewValue(a.kind, []tftypes.Value{})
		default:
			return tftypes.NewValue(a.kind, []tftypes.Value{tftypes.NewValue(tftypes.String, text)})
		}
	}
}

func field(fields map[string]tftypes.Value, name, project string) string {
	var text string
	if value, ok := fields[name]; ok && !value.IsNull() && value.IsKnown() && value.Type().Is(tftypes.String) && value.As(&text) == nil {
		return text
	}
	if name == "project" {
		return project
	}
	return ""
}

// says tells whether the attribute has this value.
func says(value tftypes.Value, attribute string, wanted tftypes.Value) bool {
	var fields map[string]tftypes.Value
	if value.IsNull() || value.As(&fields) != nil {
		return false
	}
	found, ok := fields[attribute]
	return ok && found.Equal(wanted)
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// word is a random one of so many letters and digits.
func word(length int) string {
	result := make([]byte, length)
	for index := range result {
		at, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic(err)
		}
		result[index] = letters[at.Int64()]
	}
	return string(result)
}
