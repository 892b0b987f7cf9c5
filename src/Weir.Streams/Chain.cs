namespace Weir.Streams;

/// <summary>
/// An item's place in a <see cref="Chain{T}"/>: a field of the item, one for each chain it can be in, made once with it. Nothing is
/// allocated when it moves.
/// </summary>
/// <param name="item">Whose place this is.</param>
public sealed class Link<T>(T item)
    where T : class
{
    public T Item { get; } = item;

    /// <summary>The chain that holds it now; null in none.</summary>
    public Chain<T>? Chain { get; internal set; }

    public Link<T>? Previous { get; internal set; }

    public Link<T>? Next { get; internal set; }
}

/// <summary>Items in order: by age, by due time where all wait equally long, by last use. Everything takes constant time.</summary>
public sealed class Chain<T>
    where T : class
{
    /// <summary>The item that was appended first of those still there.</summary>
    public T? First => FirstLink?.Item;

    /// <summary>The item that was appended last.</summary>
    public T? Last => LastLink?.Item;

    public Link<T>? FirstLink { get; private set; }

    public Link<T>? LastLink { get; private set; }

    /// <summary>Puts an item that is in no chain at the end.</summary>
    public void Append(Link<T> link)
    {
        link.Chain = this;
        link.Previous = LastLink;
        if (LastLink is null) FirstLink = link;
        else LastLink.Next = link;
        LastLink = link;
    }

    /// <summary>Takes an item out that is in this chain.</summary>
    public void Remove(Link<T> link)
    {
        if (link.Previous is null) FirstLink = link.Next;
        else link.Previous.Next = link.Next;
        if (link.Next is null) LastLink = link.Previous;
        else link.Next.Previous = link.Previous;
        link.Previous = link.Next = null;
        link.Chain = null;
    }

    /// <summary>Puts an item of this chain at its end.</summary>
    public void MoveToEnd(Link<T> link)
    {
        if (ReferenceEquals(LastLink, link)) return;
        Remove(link);
        Append(link);
    }
}
