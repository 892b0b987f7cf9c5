using Weir.Center.Respond;
using Weir.Storage;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Center.Tests.Respond;

/// <summary>What centers over one ClickHouse server of Debian write down of incidents and alerts.</summary>
public sealed class RespondDocumentTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>, IDisposable
{
    private const string Kind = "respond-incidents";

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-respond-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void None_is_written_over_by_another_center_and_what_was_nobodys_is_taken_up()
    {
        using var store = new ClickHouseExchangeStore(ClickHouseServer.Options(fixture.Server.Address));
        store.SaveDocuments(Kind, [("000001", "of an older Weir"u8.ToArray())]);
        var (one, other) = (Of(store, "one"), Of(store, "other"));
        Assert.Equal("of an older Weir"u8, Assert.Single(one.Load(Kind)).Body);
        one.Save(Kind, "000001", "one's"u8.ToArray());
        other.Save(Kind, "000001", "other's"u8.ToArray());
        Assert.Equal("one's"u8, Assert.Single(one.Load(Kind)).Body);
        Assert.Equal("other's"u8, Assert.Single(other.Load(Kind)).Body);
        // A restart finds its own again.
        Assert.Equal("one's"u8, Assert.Single(Of(store, "one").Load(Kind)).Body);
    }

    private RespondDocuments Of(ClickHouseExchangeStore store, string name) => new(store, Directory.CreateDirectory(Path.Combine(_folder, name)).FullName);
}
