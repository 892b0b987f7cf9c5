using System.Diagnostics;
using System.Text;
using Weir.Inventory.OpenApi;
using Weir.Testing;
using Xunit;

namespace Weir.Inventory.Tests.OpenApi;

/// <summary>Generated documents satisfy a validator that others use: @seriousme/openapi-schema-validator, installed with the page's tools.</summary>
public class EcosystemTests
{
    [SkippableFact]
    public void Generated_documents_are_valid_for_a_validator_of_the_ecosystem()
    {
        var modules = Path.Combine(RepositoryRoot.Path, "web/node_modules/@seriousme/openapi-schema-validator");
        Skip.IfNot(Directory.Exists(modules), "web/node_modules has no @seriousme/openapi-schema-validator: ./dev build installs it");
        var folder = Directory.CreateTempSubdirectory("weir-openapi-");
        try
        {
            var files = new List<string>();
            for (var seed = 1; seed <= 2; seed++)
            {
                var api = new RandomApi(seed);
                Assert.True(SpecModel.TryRead(api.Document(), out var spec, out _));
                var catalogue = new EndpointCatalogue();
                foreach (var call in api.Traffic(spec)) catalogue.Observe(call);
                Special(catalogue);
                files.Add(Path.Combine(folder.FullName, $"{seed}.yaml"));
                File.WriteAllText(files[^1], YamlWriter.Write(OpenApiBuilder.Build(catalogue.Services["shop"], unconfirmed: true)));
                files.Add(Path.Combine(folder.FullName, $"{seed}.json"));
                File.WriteAllText(files[^1], OpenApiBuilder.Build(catalogue.Services["shop"], unconfirmed: true).ToJsonString());
            }

            File.WriteAllText(Path.Combine(folder.FullName, "broken.json"), """{"openapi":"3.1.0","info":{"title":"x"},"paths":{}}""");
            Assert.Contains("version", Validate(folder.FullName, [Path.Combine(folder.FullName, "broken.json")]), StringComparison.Ordinal);
            Assert.Equal("", Validate(folder.FullName, files));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What is rare: odd names, every kind of identification, forms, maps, GraphQL, endings behind parameters.</summary>
    private static void Special(EndpointCatalogue catalogue)
    {
        foreach (var header in new[] { ("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."), ("Authorization", "Basic QWRhOngx"), ("Authorization", "Digest x"), ("X-API-Key", "k"), ("Cookie", "session id=1; sid=2") })
            catalogue.Observe(Calls.Make("GET", "/odd path's/{x}/ü/17.json?a[b]=1&api_key=2&a b=3", 299, """{"1":1,"2":2,"3":3,"4":4,"5":5,"6":null}""", headers: [header, ("X-Odd", "1")]));
        catalogue.Observe(Calls.Make("POST", "/forms/1:run", 404, request: "a=1", requestType: "application/x-www-form-urlencoded"));
        catalogue.Observe(Calls.Make("PURGE", "/cache", 0));
        var graph = Calls.Make("POST", "/graphql", 200, """{"data":null}""");
        graph.GraphQl.Operations.Add(new Records.GraphQlOperation(Records.GraphQlType.Mutation, graph.GraphQl.Text.Append("Add"u8), default));
        catalogue.Observe(graph);
    }

    /// <summary>Complaints; empty when there are none.</summary>
    private static string Validate(string folder, IEnumerable<string> files)
    {
        var script = Path.Combine(folder, "validate.mjs");
        var module = Path.Combine(RepositoryRoot.Path, "web/node_modules/@seriousme/openapi-schema-validator/index.js");
        File.WriteAllText(script, $$"""
            import { Validator } from "file://{{module}}";
            for (const file of process.argv.slice(2)) {
              const result = await new Validator().validate(file);
              if (!result.valid) console.log(file, JSON.stringify(result.errors));
            }
            """);
        using var node = Process.Start(new ProcessStartInfo("node", [script, .. files]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = new StringBuilder(node.StandardOutput.ReadToEnd());
        node.WaitForExit();
        if (node.ExitCode != 0) output.Append(errors.Result);
        return output.ToString();
    }
}
