package main

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The protocol, as far as Terraform speaks it to a provider without data sources, functions and imports. What it never
// asks such a provider is left to the interface, which is nil.
type server struct {
	tfprotov5.ProviderServer
	schema  *schema
	project string
}

func (s *server) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	response := &tfprotov5.GetMetadataResponse{ServerCapabilities: &tfprotov5.ServerCapabilities{GetProviderSchemaOptional: true}}
	for name := range s.schema.resources {
		response.Resources = append(response.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for name := range s.schema.ephemerals {
		response.EphemeralResources = append(response.EphemeralResources, tfprotov5.EphemeralResourceMetadata{TypeName: name})
	}
	return response, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	response := &tfprotov5.GetProviderSchemaResponse{
		Provider:                 s.schema.provider.schema(),
		ResourceSchemas:          map[string]*tfprotov5.Schema{},
		EphemeralResourceSchemas: map[string]*tfprotov5.Schema{},
	}
	for name, resource := range s.schema.resources {
		response.ResourceSchemas[name] = resource.schema()
	}
	for name, ephemeral := range s.schema.ephemerals {
		response.EphemeralResourceSchemas[name] = ephemeral.schema()
	}
	return response, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{}, nil
}

func (s *server) PrepareProviderConfig(_ context.Context, request *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (s *server) ConfigureProvider(_ context.Context, request *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	configuration, err := request.Config.Unmarshal(s.schema.provider.kind())
	if err != nil {
		return nil, err
	}
	var fields map[string]tftypes.Value
	if err := configuration.As(&fields); err != nil {
		return nil, err
	}
	s.project = field(fields, "project", "")
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (s *server) UpgradeResourceState(_ context.Context, request *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	resource, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	state, err := request.RawState.Unmarshal(resource.kind())
	if err != nil {
		return nil, err
	}
	packed, err := tfprotov5.NewDynamicValue(resource.kind(), state)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: &packed}, err
}

// Nothing changes behind Terraform's back: the state is all there is.
func (s *server) ReadResource(_ context.Context, request *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: request.CurrentState}, nil
}

func (s *server) PlanResourceChange(_ context.Context, request *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	planned, err := s.fill(request.TypeName, request.ProposedNewState, unknown)
	// As the providers that are made with Google's kit: Terraform forgives them small differences.
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: planned, UnsafeToUseLegacyTypeSystem: true}, err
}

func (s *server) ApplyResourceChange(_ context.Context, request *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	resource, err := s.resource(request.TypeName)
	if err != nil {
		return nil, err
	}
	planned, err := request.PlannedState.Unmarshal(resource.kind())
	if err != nil {
		return nil, err
	}
	prior, err := request.PriorState.Unmarshal(resource.kind())
	if err != nil {
		return nil, err
	}
	if planned.IsNull() && protected(prior) {
		return &tfprotov5.ApplyResourceChangeResponse{
			NewState: request.PriorState,
			Diagnostics: []*tfprotov5.Diagnostic{{
				Severity: tfprotov5.DiagnosticSeverityError,
				Summary:  fmt.Sprintf("%s is protected from deletion", request.TypeName),
			}},
		}, nil
	}
	state, err := s.fill(request.TypeName, request.PlannedState, answer(s.project))
	return &tfprotov5.ApplyResourceChangeResponse{NewState: state, UnsafeToUseLegacyTypeSystem: true}, err
}

// Both ways in which Google's provider is told to refuse.
func protected(state tftypes.Value) bool {
	return says(state, "deletion_protection", tftypes.NewValue(tftypes.Bool, true)) ||
		says(state, "deletion_policy", tftypes.NewValue(tftypes.String, "PREVENT"))
}

func (s *server) ValidateEphemeralResourceConfig(context.Context, *tfprotov5.ValidateEphemeralResourceConfigRequest) (*tfprotov5.ValidateEphemeralResourceConfigResponse, error) {
	return &tfprotov5.ValidateEphemeralResourceConfigResponse{}, nil
}

// The one kind of ephemeral resource there is here is a random word.
func (s *server) OpenEphemeralResource(_ context.Context, request *tfprotov5.OpenEphemeralResourceRequest) (*tfprotov5.OpenEphemeralResourceResponse, error) {
	ephemeral, ok := s.schema.ephemerals[request.TypeName]
	if !ok {
		return nil, fmt.Errorf("there is no ephemeral resource %s", request.TypeName)
	}
	configuration, err := request.Config.Unmarshal(ephemeral.kind())
	if err != nil {
		return nil, err
	}
	var fields map[string]tftypes.Value
	if err := configuration.As(&fields); err != nil {
		return nil, err
	}
	var length big.Float
	if err := fields["length"].As(&length); err != nil {
		return nil, err
	}
	letters, _ := length.Int64()
	result, err := fill(ephemeral, configuration, func(a attribute, _ map[string]tftypes.Value) tftypes.Value {
		if a.name == "result" {
			return tftypes.NewValue(a.kind, word(int(letters)))
		}
		return answer("")(a, nil)
	})
	if err != nil {
		return nil, err
	}
	packed, err := tfprotov5.NewDynamicValue(ephemeral.kind(), result)
	return &tfprotov5.OpenEphemeralResourceResponse{Result: &packed}, err
}

func (s *server) CloseEphemeralResource(context.Context, *tfprotov5.CloseEphemeralResourceRequest) (*tfprotov5.CloseEphemeralResourceResponse, error) {
	return &tfprotov5.CloseEphemeralResourceResponse{}, nil
}

func (s *server) resource(name string) (*block, error) {
	if resource, ok := s.schema.resources[name]; ok {
		return resource, nil
	}
	return nil, fmt.Errorf("there is no resource %s", name)
}

func (s *server) fill(name string, packed *tfprotov5.DynamicValue, leaf func(attribute, map[string]tftypes.Value) tftypes.Value) (*tfprotov5.DynamicValue, error) {
	resource, err := s.resource(name)
	if err != nil {
		return nil, err
	}
	value, err := packed.Unmarshal(resource.kind())
	if err != nil {
		return nil, err
	}
	filled, err := fill(resource, value, leaf)
	if err != nil {
		return nil, err
	}
	result, err := tfprotov5.NewDynamicValue(resource.kind(), filled)
	return &result, err
}
