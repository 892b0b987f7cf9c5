using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>What a protocol says of the first bytes of a direction.</summary>
public enum Recognition
{
    /// <summary>More bytes could still make it this protocol.</summary>
    Undecided,
    No,
    /// <summary>This is a request: the sender is the client.</summary>
    Request,
    /// <summary>This is a response: the sender is the server.</summary>
    Response,
}

/// <summary>One protocol of the <see cref="ProtocolCatalog"/>: recognises its first bytes and opens a conversation.</summary>
public interface IProtocol
{
    /// <summary>Stable name, used in documentation, metrics and the corpus.</summary>
    string Name { get; }

    /// <summary>Looks at the first bytes seen of one direction. Pure, allocation-free, at most a few dozen bytes.</summary>
    Recognition Recognize(ReadOnlySpan<byte> firstBytes);

    /// <summary>Starts parsing both directions of a connection.</summary>
    /// <param name="connection">Addresses and TCP facts, live.</param>
    /// <param name="client">The direction that carries requests.</param>
    /// <param name="sink">Receives each exchange once, as soon as it is over.</param>
    IConversation Open(Connection connection, Direction client, IExchangeSink sink);
}

/// <summary>Both directions of one connection in one protocol: bytes in, exchanges out.</summary>
public interface IConversation : IStreamHandler
{
    /// <summary>
    /// Set once the bytes from here on belong to another protocol (101 Switching Protocols, CONNECT); the host then asks
    /// the catalog again or counts the rest as opaque.
    /// </summary>
    bool HandedOver { get; }
}
