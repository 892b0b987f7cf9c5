using System.Reflection;

namespace Weir.Rpc.Client;

/// <summary>Fields of every request (PROTOCOL-HTTP2.md, Requests).</summary>
internal static class RequestFields
{
    public const string Encoding = "grpc-encoding";

    public const string AcceptEncoding = "grpc-accept-encoding";

    public const string Encodings = "identity,gzip";

    public static readonly string Agent =
        $"grpc-weir/{typeof(RequestFields).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}";
}
