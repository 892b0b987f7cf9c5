namespace Weir.Cli.Configuration;

/// <summary>What there is to say of a key, for whoever writes a configuration. docs/reference/configuration.md is made of these.</summary>
/// <param name="Key">Path such as <c>probes.listen</c>.</param>
/// <param name="Takes">What its value is: "text", "list", or what a wrong value is told.</param>
/// <param name="Default">Its value where nothing is said; null where there is none, or the meaning says it.</param>
/// <param name="Meaning">One sentence without a point.</param>
internal sealed record SettingDescription(string Key, string Takes, string? Default, string Meaning);
