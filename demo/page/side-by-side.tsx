// Two people in one window, each with a page of their own: own session, own socket, own cache.

export function SideBySide({ people }: { people: readonly string[] }) {
  return (
    <div className="side-by-side">
      {people.map((person) => (
        // oxlint-disable-next-line react/iframe-missing-sandbox -- this very page
        <iframe key={person} title={`As ${person}`} src={`/?user=${encodeURIComponent(person)}${location.hash}`} />
      ))}
    </div>
  )
}
