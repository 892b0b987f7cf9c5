using Google.Protobuf;
using Google.Protobuf.Reflection;
using Weir.Rpc.Reflection.V1;
using Weir.Rpc.Server;

namespace Weir.Rpc.Reflection;

/// <summary>
/// The reflection service of gRPC, by which tools such as grpcurl learn what a server has. v1 and v1alpha are the same bytes under
/// two names, so one set of messages serves both.
/// </summary>
public sealed class ReflectionService
{
    public static RpcMethod<ServerReflectionRequest, ServerReflectionResponse> Info { get; } = Method("grpc.reflection.v1.ServerReflection");

    private static readonly RpcMethod<ServerReflectionRequest, ServerReflectionResponse> s_older = Method("grpc.reflection.v1alpha.ServerReflection");

    private readonly SortedSet<string> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);

    /// <param name="services">What is told of; services without a file are named only.</param>
    public ReflectionService(IEnumerable<RpcService> services)
    {
        Services =
        [
            new RpcService(Info.Service, V1.ReflectionReflection.Descriptor).Duplex(Info, Answer),
            new RpcService(s_older.Service, V1Alpha.ReflectionReflection.Descriptor).Duplex(s_older, Answer),
        ];
        foreach (var service in services.Concat(Services))
        {
            _services.Add(service.Name);
            if (service.File is { } file) Add(file);
        }
    }

    public IReadOnlyList<RpcService> Services { get; }

    private static RpcMethod<ServerReflectionRequest, ServerReflectionResponse> Method(string service) =>
        new(service, "ServerReflectionInfo", ServerReflectionRequest.Parser, ServerReflectionResponse.Parser);

    private async Task Answer(IAsyncEnumerable<ServerReflectionRequest> requests, RpcWriter<ServerReflectionResponse> writer, RpcServerCall call)
    {
        await foreach (var request in requests) await writer.Write(Answer(request));
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse();
                response.ListServicesResponse.Service.AddRange(_services.Select(name => new ServiceResponse { Name = name }));
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Describe(response, _files.GetValueOrDefault(request.FileByFilename), request.FileByFilename);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Describe(response, _symbols.GetValueOrDefault(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                // proto3 has no extensions but those of options.
                response.ErrorResponse = Error(RpcStatusCode.NotFound, "there are no extensions");
                break;
            default:
                response.ErrorResponse = Error(RpcStatusCode.Unimplemented, "this request is not known");
                break;
        }

        return response;
    }

    private static void Describe(ServerReflectionResponse response, FileDescriptor? file, string name)
    {
        if (file is null)
        {
            response.ErrorResponse = Error(RpcStatusCode.NotFound, $"{name} is not known");
            return;
        }

        response.FileDescriptorResponse = new FileDescriptorResponse();
        var told = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<FileDescriptor>([file]);
        while (open.TryDequeue(out var next))
        {
            if (!told.Add(next.Name)) continue;
            response.FileDescriptorResponse.FileDescriptorProto.Add(next.SerializedData);
            foreach (var dependency in next.Dependencies) open.Enqueue(dependency);
        }
    }

    private static ErrorResponse Error(RpcStatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file)) return;
        foreach (var dependency in file.Dependencies) Add(dependency);
        foreach (var service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (var method in service.Methods) _symbols[method.FullName] = file;
        }

        foreach (var type in file.MessageTypes) Add(type);
        foreach (var type in file.EnumTypes) _symbols[type.FullName] = file;
    }

    private void Add(MessageDescriptor type)
    {
        _symbols[type.FullName] = type.File;
        foreach (var inner in type.NestedTypes) Add(inner);
        foreach (var inner in type.EnumTypes) _symbols[inner.FullName] = type.File;
    }
}
