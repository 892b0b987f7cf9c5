using System.Reflection;

namespace Weir.Records;

/// <summary>Which Weir this is, as it names itself to others.</summary>
public static class ProductVersion
{
    /// <summary>Three numbers and what may follow them, without the commit.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
