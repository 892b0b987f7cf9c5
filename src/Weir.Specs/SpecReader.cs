using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Inventory.OpenApi;
using YamlDotNet.Core;

namespace Weir.Specs;

/// <summary>Reads OpenAPI documents as people keep them: JSON or YAML.</summary>
public static class SpecReader
{
    /// <param name="bytes">UTF-8, with or without byte order mark.</param>
    /// <param name="model">The operations described.</param>
    /// <param name="error">What is wrong and where, in words that fit behind a file name.</param>
    /// <param name="limits">Null for the default.</param>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SpecModel? model, [NotNullWhen(false)] out string? error, SpecLimits? limits = null)
    {
        model = null;
        limits ??= SpecLimits.Default;
        if (bytes.Length > limits.MaxBytes)
        {
            error = $"it has more than {limits.MaxBytes >> 20} MiB";
            return false;
        }

        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        try
        {
            var document = bytes.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]
                ? JsonNode.Parse(bytes.Span, documentOptions: new JsonDocumentOptions { MaxDepth = limits.MaxDepth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip })
                : YamlJsonReader.Read(Encoding.UTF8.GetString(bytes.Span), limits);
            return SpecModel.TryRead(document, out model, out error);
        }
        catch (JsonException broken)
        {
            error = $"it is no JSON: {broken.Message}";
        }
        catch (YamlException broken)
        {
            error = $"it is no YAML: {broken.Message} (line {broken.Start.Line})";
        }
        catch (ArgumentException broken)
        {
            // JsonObject tells of a name that comes twice only when somebody looks.
            error = $"a name comes twice: {broken.Message}";
        }

        return false;
    }
}
