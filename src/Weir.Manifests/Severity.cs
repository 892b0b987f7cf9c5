namespace Weir.Manifests;

/// <summary>How soon someone should look. Info is an opinion or a hint.</summary>
public enum Severity : byte
{
    Info,
    Low,
    Medium,
    High,
    Critical,
}
