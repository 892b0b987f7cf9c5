namespace Weir.Export;

/// <summary>Writes batches of records to a stream, one write each.</summary>
/// <param name="stream">Owned.</param>
/// <param name="name">How an error message calls it.</param>
public abstract class StreamOutput(Stream stream, string name) : BatchingOutput(name)
{
    protected Stream Stream { get; } = stream;

    protected override void Deliver(ReadOnlySpan<byte> batch, int exchanges)
    {
        Stream.Write(batch);
        Stream.Flush();
    }

    protected override void Close() => Stream.Dispose();
}
