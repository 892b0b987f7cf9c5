using Weir.Storage.Filter;

namespace Weir.Storage.ClickHouse;

/// <summary>Reads documents that other centers write too, and keeps the table of who holds what.</summary>
internal sealed class SharedDocuments(ClickHouseClient client, ClickHouseSchema schema)
{
    private const long VersionsPerSecond = 1_000_000;

    /// <summary>Versions among which chance chooses.</summary>
    private const long Spread = 50_000;

    public IReadOnlyList<DocumentMark> Marks(string kindPrefix, CancellationToken cancellation) => client.Rows(
        $"SELECT kind, name, max(version) FROM {schema.Documents} WHERE {ClickHouseDialect.Instance.StartsWith("kind", kindPrefix)} GROUP BY kind, name",
        static reader => new DocumentMark(reader.Text(), reader.Text(), reader.UInt64()), cancellation);

    public IReadOnlyList<(string Name, byte[] Body)> Load(string kind, IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        names.Count == 0 ? [] : client.Rows(
            $"SELECT name, argMax(body, version) FROM {schema.Documents} WHERE {Among(kind, names)} GROUP BY name ORDER BY name",
            static reader => (reader.Text(), reader.Bytes()), cancellation);

    /// <summary>The largest version of some documents; 0 when there is none.</summary>
    public ulong LatestVersion(string kind, IReadOnlyCollection<string> names) =>
        (ulong)client.Number($"SELECT toInt64(max(version)) FROM {schema.Documents} WHERE {Among(kind, names)}", CancellationToken.None);

    public IReadOnlyList<SharedLease> Leases(CancellationToken cancellation)
    {
        // All rows, of which there are few before they are merged.
        var rows = client.Rows(
            $"SELECT name, holder, version, toInt64(toUInt32(now())) FROM {schema.Leases}",
            static reader => (Name: reader.Text(), Holder: reader.Text(), Version: reader.UInt64(), Now: reader.Int64()), cancellation);
        return
        [
            .. rows.GroupBy(static row => row.Name).Select(static rows => rows.MaxBy(static row => row.Version))
                .Select(static row => new SharedLease(row.Name, row.Holder, TimeSpan.FromSeconds(Math.Max(0, row.Now - (long)(row.Version / VersionsPerSecond))))),
        ];
    }

    /// <summary>Later than what is there, also within a second; of two who see the same there, chance decides, and to everybody in the same way.</summary>
    public void Hold(string name, string holder)
    {
        var before = client.Number($"SELECT toInt64(max(version)) FROM {schema.Leases} WHERE name = {ClickHouseDialect.Text(name)}", CancellationToken.None);
        client.Execute(
            $"INSERT INTO {schema.Leases} (name,holder,version) SELECT {ClickHouseDialect.Text(name)}, {ClickHouseDialect.Text(holder)}, "
            + FormattableString.Invariant($"greatest(toUInt64(toUInt32(now())) * {VersionsPerSecond}, toUInt64({before + 1})) + (rand() % {Spread})"), CancellationToken.None);
    }

    private static string Among(string kind, IEnumerable<string> names) =>
        $"kind = {ClickHouseDialect.Text(kind)} AND name IN ({string.Join(',', names.Select(ClickHouseDialect.Text))})";
}
