using Xunit;

namespace Weir.Repository.Tests;

/// <summary>Who may use whom. The table is the picture in docs/architecture.md.</summary>
public class DependencyTests
{
    private static readonly string[] Pure = ["Weir.Packets", "Weir.Streams", "Weir.Protocols", "Weir.Records", "Weir.Privacy", "Weir.Flows", "Weir.Detection"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Weir.Packets"] = [],
        ["Weir.Records"] = ["Weir.Packets"],
        ["Weir.Privacy"] = ["Weir.Packets", "Weir.Records"],
        ["Weir.Detection"] = ["Weir.Flows", "Weir.Packets", "Weir.Records"],
        ["Weir.Streams"] = ["Weir.Packets"],
        ["Weir.Protocols"] = ["Weir.Packets", "Weir.Streams", "Weir.Records"],
        ["Weir.Flows"] = ["Weir.Packets"],
        ["Weir.Linux"] = [],
        ["Weir.Capture"] = ["Weir.Packets", "Weir.Linux"],
        ["Weir.Kubernetes"] = ["Weir.Records", "Weir.Packets"],
        ["Weir.Storage"] = ["Weir.Records", "Weir.Packets"],
        ["Weir.Export"] = ["Weir.Records", "Weir.Packets", "Weir.Flows"],
        ["Weir.Manifests"] = ["Weir.Privacy"],
        ["Weir.Probe"] = ["Weir.Capture", "Weir.Packets", "Weir.Streams", "Weir.Protocols", "Weir.Records", "Weir.Export", "Weir.Privacy", "Weir.Flows"],
        ["Weir.Center"] = ["Weir.Records", "Weir.Packets", "Weir.Storage", "Weir.Export", "Weir.Privacy"],
        ["Weir"] = [
            "Weir.Probe", "Weir.Center", "Weir.Export", "Weir.Storage", "Weir.Capture", "Weir.Records", "Weir.Packets",
            "Weir.Streams", "Weir.Protocols", "Weir.Linux", "Weir.Privacy", "Weir.Flows", "Weir.Detection", "Weir.Kubernetes", "Weir.Manifests"],
    };
